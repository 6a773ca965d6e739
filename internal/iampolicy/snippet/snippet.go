// Package snippet writes policy documents in the forms that people paste: the AWS
// CLI, Terraform, CloudFormation and the CDK. Start with Render; place.go says
// where a document goes.
package snippet

import (
	"strings"

	"whystopped/internal/iampolicy"
)

// Target is where a document goes. Everything but Kind may be empty: the
// snippets then have a word in capitals to replace.
type Target struct {
	Kind iampolicy.Kind
	// RoleName and RoleARN are the role's, or the user's, that an identity
	// policy or trust policy is for. A path in the name does not count.
	RoleName, RoleARN string
	// Whole is set where a trust policy holds what the role's own says now.
	Whole bool
	// Managed asks for a managed policy in place of an inline one: what is too
	// large for a role's or user's inline policies.
	Managed bool
	// Resource is the ARN of what a policy of another kind is on: the secret,
	// repository, key, boundary; or the id of a VPC endpoint, SCP or RCP.
	Resource string
	// Account is the account of the target where its ARN does not tell.
	Account string
	// Apart goes into the names of documents with words to replace. Such
	// documents of two tasks may be the same, and are not once they are filled.
	Apart string
}

// Part is a document with where it goes.
type Part struct {
	Document iampolicy.Document
	Target   Target
}

// Render writes documents in the forms that people use, so that pasting a form
// attaches them all. Each form checks the account first, and names policies by
// what is in them, so that no fix replaces another. Names and resources come
// from evidence and are quoted for each form; a name that IAM does not allow is
// replaced by a word in capitals.
//
// A form stays empty where it could not carry a text safely, and all of them for
// what nobody can edit, such as the roles of AWS's own services.
func Render(parts ...Part) iampolicy.Snippets {
	var places []place
	for _, part := range parts {
		if p, ok := resolve(part); ok {
			places = append(places, p)
		}
	}
	if len(places) == 0 {
		return iampolicy.Snippets{}
	}
	out := iampolicy.Snippets{CLI: cli(places), Terraform: terraform(places), CloudFormation: cloudFormation(places), CDK: cdk(places)}
	for _, p := range places {
		// CloudFormation, and with it the CDK, resolves these wherever they stand.
		// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
		if everything := quote(p.resource) + jsonStyle.write(treeOf(p.doc), ""); strings.Contains(everything, "{{resolve:") ||
			strings.Contains(everything, "${Token[") {
			out.CloudFormation, out.CDK = "", ""
		}
	}
	return out
}
