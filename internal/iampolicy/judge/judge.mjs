// Simulates requests with iam-simulate, which knows nothing of our code.
// Standard input: a JSON list of {action, resource, account, context, identity,
// resourcePolicy}; standard output: the list of "Allowed", "ImplicitlyDenied",
// "ExplicitlyDenied" or an error's message.
import { text } from "node:stream/consumers";
import { runSimulation } from "@cloud-copilot/iam-simulate";

const principal = "arn:aws:iam::111122223333:role/api";

async function judge(c) {
  const response = await runSimulation({
    identityPolicies: c.identity ? [{ name: "fix", policy: c.identity }] : [],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: c.resourcePolicy ?? undefined,
    request: {
      principal,
      action: c.action,
      resource: { resource: c.resource, accountId: c.account },
      contextVariables: c.context ?? {},
    },
  }, {});
  if (response.resultType === "error") return JSON.stringify(response.errors);
  return response.overallResult;
}

const verdicts = [];
for (const c of JSON.parse(await text(process.stdin))) verdicts.push(await judge(c));
console.log(JSON.stringify(verdicts));
