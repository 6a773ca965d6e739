package snippet

import (
	"slices"
	"strings"

	"whystopped/internal/iampolicy"
)

// cli writes AWS CLI commands for a POSIX shell, to be pasted into one that
// somebody types into: nothing in them ends it. zsh runs the words of comments
// there, so that comments have none of the evidence.
func cli(places []place) string {
	var all []string
	for _, p := range places {
		if text := p.cli(); text != "" {
			all = append(all, text)
		}
	}
	return strings.Join(all, "\n\n")
}

func (p place) cli() string {
	document := "--policy-document=" + quoteShell(p.json())
	name, policy := "--"+p.who()+"-name="+quoteShell(p.name), "--policy-name="+quoteShell(p.policyName())
	switch {
	case p.kind == iampolicy.KindIdentity && p.managed:
		managed := "--policy-arn=" + quoteShell("arn:"+p.partition+":iam::"+p.account+":policy/"+p.policyName())
		return p.guarded(command{"aws iam create-policy", []string{policy, document}}, command{"aws iam attach-" + p.who() + "-policy", []string{name, managed}})
	case p.kind == iampolicy.KindIdentity:
		return p.guarded(command{"aws iam put-" + p.who() + "-policy", []string{name, policy, document}})
	case p.kind == iampolicy.KindTrust && p.whole:
		return "# This replaces the trust policy of the role. The statements that it had when it was read are in it\n" +
			p.guarded(command{"aws iam update-assume-role-policy", []string{name, document}})
	}
	return p.merged()
}

// json writes the document for single quotes. bash looks for "!" even there,
// where they began on a line before.
func (p place) json() string {
	return strings.ReplaceAll(jsonStyle.write(treeOf(p.doc), ""), "!", `\u0021`)
}

// command is a command with its options, each with its value behind "=": a
// value that begins with "-" is no option then.
type command struct {
	name    string
	options []string
}

// text puts each option on a line of its own.
func (c command) text(indent string) string {
	return indent + strings.Join(append([]string{c.name}, c.options...), " \\\n"+indent+"  ")
}

// guarded runs commands in the right account, and only once the words in the
// options of the first one are replaced. The words are looked for by patterns
// that replacing them everywhere leaves as they are.
func (p place) guarded(commands ...command) string {
	words := p.doc.Placeholders()
	if slices.Contains(p.words, p.name) {
		words = append(words, p.name)
	}
	if len(words) == 0 {
		return replaceFirst("#", p.words) + p.inAccount("", commands...)
	}
	options := command{"set --", commands[0].options}
	commands[0] = command{name: commands[0].name + ` "$@"`}
	return replaceFirst("#", p.words) + "(\n" + options.text("  ") + "\n  case \"$*\" in\n" +
		"    " + patterns(words, "*", "*", " | ") + ")\n" + nothingChanged("      ", "replace "+iampolicy.List(words)+" first") + "\n      ;;\n" +
		"    *)\n" + p.inAccount("      ", commands...) + "\n      ;;\n  esac\n)"
}

// patterns match words without having them: [B]UCKET_NAME.
func patterns(words []string, before, after, between string) string {
	var all []string
	for _, word := range words {
		all = append(all, before+"["+word[:1]+"]"+word[1:]+after)
	}
	return strings.Join(all, between)
}

// inAccount runs commands, one after the other, with credentials of the account.
func (p place) inAccount(indent string, commands ...command) string {
	var run []string
	for _, c := range commands {
		run = append(run, c.text(indent+"  "))
	}
	return indent + "if " + p.isAccount() + "; then\n" + strings.Join(run, " &&\n") + "\n" +
		indent + "else\n" + p.otherAccount(indent+"  ") + "\n" + indent + "fi"
}

func (p place) isAccount() string {
	return `[ "$(aws sts get-caller-identity --query Account --output text)" = ` + p.account + ` ]`
}

func (p place) otherAccount(indent string) string {
	return nothingChanged(indent, "use credentials of account "+p.account)
}

// nothingChanged says what to do first, and fails. why is no evidence.
func nothingChanged(indent, why string) string {
	return indent + "echo 'Nothing was changed: " + why + ".' >&2\n" + indent + "false"
}
