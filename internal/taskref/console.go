package taskref

// consoles are the domains of the console by partition, where they are known.
// Source: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
var consoles = map[string]string{
	"aws":        "aws.amazon.com",
	"aws-cn":     "amazonaws.cn",
	"aws-us-gov": "amazonaws-us-gov.com",
	"aws-eusc":   "amazonaws-eusc.eu",
}

// partitionOfConsole returns the partition whose console has the domain, or "".
func partitionOfConsole(domain string) string {
	for partition, d := range consoles {
		if d == domain {
			return partition
		}
	}
	return ""
}
