package diagnose_test

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"whystopped/internal/iampolicy/sar"
)

// chance writes evidence at random: real actions on ARNs of their forms, whose
// parts are hostile as often as not.
type chance struct{ *rand.Rand }

func (c chance) of(list ...string) string { return list[c.IntN(len(list))] }

func (c chance) name() string {
	return c.of("orders", "prod/orders", "*", "?", "prod/*", "a?c*", "***", "<name>", "[redacted]", "${*}", "$*", "${aws:username}", "${a.b:c}", "$${x}", "%{x}",
		"a:b", "a'b", `a"b`, "a b", "x-??????", "y:*", "z/*", "db-secret", "OBJECT_NAME", "REGION", "{{resolve:ssm:x}}", "`id`", "$(id)", "a\\nb", "é", "\u202eabc", "-AbCdEf", "", "alias/x", "alias/*")
}

func (c chance) region() string {
	return c.of("eu-west-1", "eu-west-1", "eu-west-1", "us-gov-west-1", "cn-north-1", "*", "eu-****-1", "?", "<region>", "", "xx", "eu-west-1a")
}

func (c chance) account() string {
	return c.of("111122223333", "111122223333", "111122223333", "444455556666", "*", "********3333", "************", "xxxx", "<account>", "", "aws", "123", "root")
}

func (c chance) partition() string {
	return c.of("aws", "aws", "aws", "aws-cn", "aws-us-gov", "*", "aws-evil", "", "a b")
}

// everyAction is the Service Authorization Reference as a list.
var everyAction = sync.OnceValue(func() []sar.Action {
	var all []sar.Action
	for _, service := range sar.Services() {
		all = append(all, sar.Actions(service)...)
	}
	return all
})

// calls are services that tasks call, which chance prefers.
var calls = []string{"s3", "secretsmanager", "ssm", "kms", "logs", "ecr", "dynamodb", "sqs", "sns", "lambda", "iam", "sts", "ec2", "es", "ecs", "states", "bedrock"}

func (c chance) action() sar.Action {
	if c.IntN(3) == 0 {
		all := everyAction()
		return all[c.IntN(len(all))]
	}
	of := sar.Actions(c.of(calls...))
	return of[c.IntN(len(of))]
}

func (c chance) resource(act sar.Action) string {
	if c.IntN(6) == 0 || len(act.Types) == 0 {
		return c.of("*", c.name(), "role "+c.name(), "table/"+c.name(), "https://sqs.eu-west-1.amazonaws.com/"+c.account()+"/"+c.name(), "s3://"+c.name()+"/"+c.name(), "+15555550100")
	}
	form := act.Types[c.IntN(len(act.Types))]
	arn := form.Expand(func(variable string) string {
		switch variable {
		case "Partition":
			return c.partition()
		case "Region":
			return c.region()
		case "Account":
			return c.account()
		}
		return c.name()
	})
	return c.of(arn, arn, arn, `"`+arn+`"`, arn+"/*", arn+":*", arn+".")
}

func (c chance) principal() string {
	name := c.of("orders-task", "orders-exec", "other", "*", "a*", c.name())
	return c.of("", "", "arn:"+c.partition()+":sts::"+c.account()+":assumed-role/"+name+"/0123456789abcdef0123456789abcdef",
		"arn:"+c.partition()+":iam::"+c.account()+":user/"+name, "arn:"+c.partition()+":iam::"+c.account()+":root", "anonymous", "*")
}

func (c chance) seed() hostileSeed {
	act := c.action()
	s := hostileSeed{principal: c.principal(), region: c.region()}
	spelled := c.of(act.String(), act.String(), act.String(), act.String(), strings.ToLower(act.String()), act.Service+":*", act.String()+"*", act.Service+":No"+act.Name)
	reason := c.of("", "no identity-based policy allows", "no resource-based policy allows", "no VPC endpoint policy allows", "no permissions boundary allows", "no role trust policy allows", "no session policy allows", "no service control policy allows")
	switch c.IntN(4) {
	case 0:
		s.image = c.of(c.account()+".dkr.ecr."+c.region()+".amazonaws.com/"+c.name()+":1", "nginx")
		s.secret = c.of(c.name(), c.resource(sar.Action{Types: c.typed("secretsmanager:GetSecretValue")}), c.resource(sar.Action{Types: c.typed("ssm:GetParameters")}), c.resource(sar.Action{Types: c.typed("s3:GetObject")}))
		s.group = c.name()
	case 1:
		s.source, s.event = act.Service, c.of(act.Name, act.Name, act.Name+"*", c.name())
		s.parameter, s.value = c.of("secretId", "bucketName", "keyId", "tableName", "name", "resourceArn", "roleArn", "queueUrl", "topicArn", "functionName"), c.of(c.name(), c.resource(act))
		if c.IntN(2) == 0 {
			s.action, s.resource, s.reason = spelled, c.resource(act), reason
		}
	default:
		s.action, s.resource, s.reason = spelled, c.resource(act), reason
	}
	return s
}

func (c chance) typed(action string) []sar.TypeUse {
	service, name, _ := strings.Cut(action, ":")
	act, _ := sar.Lookup(service, name)
	return act.Types
}

// TestDocumentsOfRandomEvidence holds the rules over thousands of cases, half of
// them hostile. A failure names the number that makes it again.
func TestDocumentsOfRandomEvidence(t *testing.T) {
	const cases = 1500
	documents := 0
	for n := range uint64(cases) {
		s := chance{rand.New(rand.NewPCG(n, 13))}.seed()
		d, ok := s.diagnosed(t)
		if !ok {
			continue
		}
		documents += len(d.Fix.Policies)
		for _, p := range d.Fix.Policies {
			for _, fault := range faultsOf(p) {
				t.Errorf("%d: %s %s: %s\n%+v\n%+v", n, p.Purpose, p.Kind, fault, p.Document.Statement, s)
			}
		}
		for _, fault := range snippetFaults(d.Fix) {
			t.Errorf("%d: %s", n, fault)
		}
	}
	if documents < cases/4 {
		t.Errorf("only %d documents", documents)
	}
	t.Logf("%d documents of %d cases", documents, cases)
}
