#!/bin/sh
# Measures what the service weighs: the stripped binary, the time from its start
# to the demo's first diagnosis, and the memory of the idle process.
# Needs go and curl. Run it from the top of the repository.
set -eu

dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT

now_ms() { echo $(($(date +%s%N) / 1000000)); }

CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o "$dir/whystopped" ./cmd/server
echo "binary, stripped: $(($(wc -c <"$dir/whystopped") / 1024 / 1024)) MiB (limit 40)"

task=arn:aws:ecs:eu-west-1:111122223333:task/production/3e51beae4f15d244b8fdc63562b606c3
for run in 1 2 3 4 5; do
	mkfifo "$dir/out$run"
	begin=$(now_ms)
	"$dir/whystopped" -demo -listen 127.0.0.1:0 >"$dir/out$run" 2>"$dir/log" &
	pid=$!
	read -r line <"$dir/out$run"
	url=${line##* }
	curl -fsS -o "$dir/answer" "$url/api/v1/diagnoses" -d "{\"task\":\"$task\"}"
	echo "start to first diagnosis, run $run: $(($(now_ms) - begin)) ms (limit 300)"
	[ "$run" = 5 ] || { kill "$pid"; wait "$pid" || true; pid=; }
done

sleep 5 # idle
awk '/^VmRSS/ { printf "memory, idle after a diagnosis: %d MiB (limit 64)\n", $2 / 1024 }' "/proc/$pid/status"
cat >"$dir/evidence" <<'END'
{"task":{"stoppedReason":"ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/api/0123456789abcdef0123456789abcdef is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:db because no identity-based policy allows the secretsmanager:GetSecretValue action"}}
END
curl -fsS -o /dev/null -d "@$dir/evidence" "$url/api/v1/evaluate#[1-1000]" # curl repeats by the fragment, and does not send it
sleep 5
awk '/^VmRSS/ { printf "memory, idle with 1,000 kept diagnoses: %d MiB (limit 64)\n", $2 / 1024 }' "/proc/$pid/status"
