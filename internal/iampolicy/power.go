package iampolicy

import "strings"

// powerServices are those whose every write changes who may do what: identities,
// the organization, and what is shared between accounts.
var powerServices = map[string]bool{
	"iam": true, "organizations": true, "sso": true, "sso-directory": true, "identitystore": true, "account": true, "ram": true,
}

// powerActions hand on rights without being "Permissions management" in the
// reference: they act as a role, pass one, or write a policy among other things.
// Source: https://docs.aws.amazon.com/service-authorization/latest/reference/
var powerActions = map[string]bool{
	"sts:AssumeRole": true, "sts:AssumeRoleWithSAML": true, "sts:AssumeRoleWithWebIdentity": true, "sts:AssumeRoot": true, "sts:GetFederationToken": true, "sso:GetRoleCredentials": true,
	"ec2:AssociateIamInstanceProfile": true, "ec2:ReplaceIamInstanceProfileAssociation": true, "ec2:ModifyImageAttribute": true, "rds:ModifyDBSnapshotAttribute": true, "rds:ModifyDBClusterSnapshotAttribute": true,
	"eks:CreateAccessEntry": true, "eks:UpdateAccessEntry": true, "eks:AssociateAccessPolicy": true, "cognito-identity:SetIdentityPoolRoles": true,
	"es:UpdateDomainConfig": true, "es:UpdateElasticsearchDomainConfig": true,
}

// powerless are "Permissions management" in the reference, and give no rights to
// anybody: they are how data is read or written.
var powerless = map[string]bool{
	"rds-db:connect": true, "s3:PutObjectAcl": true, "s3:PutObjectVersionAcl": true, "s3-outposts:PutObjectAcl": true, "s3-object-lambda:PutObjectAcl": true, "s3-object-lambda:PutObjectVersionAcl": true,
	"s3:ObjectOwnerOverrideToBucketOwner": true, "xray:PutEncryptionConfig": true, "managedblockchain:POST": true, "managedblockchain:GET": true, "managedblockchain:Invoke": true,
	"ec2:AttachResourcesToPlacementGroup": true, "ec2:DetachResourcesFromPlacementGroup": true, "ec2:AttachApplianceToNatGateway": true, "ec2:DetachApplianceFromNatGateway": true,
}

// reading begins the names of actions that change nothing, whatever access level
// they have.
var reading = []string{"Get", "List", "Describe", "BatchGet", "Search", "View", "Validate", "Simulate", "Generate", "Lookup", "Invoke", "Use", "Is"}

// GivesPower reports whether whoever has an action can gain or hand on rights by
// it: writes of identities, policies and grants, and acting as or passing a role.
// Nobody should allow one because a log line says that it was denied.
func GivesPower(action string) bool {
	a, known := Canonical(action)
	name := a.String()
	switch {
	case powerActions[name]:
		return true
	case powerless[name], hasAnyPrefix(a.Name, reading):
		return false
	case powerServices[a.Service]:
		return true
	case a.Service == "glue": // whose data operations have the level as well
		return strings.HasSuffix(a.Name, "Policy")
	case strings.HasSuffix(a.Name, "ResourcePolicy"):
		return true
	}
	return known && a.Permissions
}

func hasAnyPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
