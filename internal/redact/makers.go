package redact

import "strings"

// maker is who gives out secrets that are known by how they begin.
type maker struct {
	label    string
	class    func(byte) bool // of the bytes behind the prefix
	min      int             // bytes behind the prefix, at least
	exact    bool            // and no more
	prefixes []string
}

// makers are those whose secrets have a prefix so that they are found. Which
// prefixes and lengths there are is taken from the makers' documentation and
// from the rules of gitleaks v8.30.1 (MIT), to which the tests hold this list.
//
// Those of AWS are base64: the head of every STS session token, "AWS:ey" and
// {"payload" of ECR's registry login, and Bedrock's own host in its keys.
var makers = []maker{
	{awsSessionToken, isBase64, 16, false, []string{"IQoJb3JpZ2luX2Vj", "FwoGZXIvYXdz", "FQoGZXIvYXdz"}},
	{registryLogin, isBase64, 16, false, []string{"QVdTOmV5"}},
	{registryLogin, isBase64, 60, false, []string{"eyJwYXlsb2Fk"}},
	{"AWS Bedrock key", isBase64, 100, false, []string{"ABSK"}},
	{"AWS Bedrock key", isBase64, 0, false, []string{"bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t"}},
	// In base64 once more.
	{"JSON web token", isBase64, 40, false, []string{"ZXlKaGJHY2lPaU", "ZXlKMGVYQWlPaU", "ZXlKcmFXUWlPaU"}},

	// Where code is kept, built and published.
	{"GitHub token", isAlnum, 30, false, []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_"}},
	{"GitHub token", isWord, 22, false, []string{"github_pat_"}},
	{"GitLab token", isDotted, 20, false, []string{
		"glpat-", "gldt-", "glcbt-", "glptt-", "glrt-", "glsoat-", "glft-", "glffct-", "glimt-", "glagent-", "gloas-",
		"GR1348941",
	}},
	{"Atlassian token", isWord, 60, false, []string{"ATATT3", "ATCTT3"}},
	{"Atlassian token", isAlnum, 20, false, []string{"ATBB"}},
	{"npm token", isAlnum, 30, false, []string{"npm_"}},
	{"Docker token", isWord, 20, false, []string{"dckr_pat_", "dckr_oat_"}},
	{"PyPI token", isWord, 40, false, []string{"pypi-AgEI"}},
	{"RubyGems token", isHex, 48, true, []string{"rubygems_"}},
	{"Clojars token", isAlnum, 60, true, []string{"CLOJARS_"}},
	{"JFrog token", isAlnum, 69, true, []string{"AKCp"}},
	{"JFrog token", isAlnum, 59, true, []string{"cmVmd"}},
	{"Sourcegraph token", isWord, 40, false, []string{"sgp_"}},
	{"Octopus Deploy key", isKeyID, 26, true, []string{"API-"}},
	{"Pulumi token", isHex, 40, true, []string{"pul-"}},
	{"Prefect token", isAlnum, 36, true, []string{"pnu_"}},
	{"Infracost key", isAlnum, 32, true, []string{"ico-"}},
	{"Harness key", isDotted, 68, true, []string{"pat.", "sat."}},
	{"Postman key", isWord, 59, true, []string{"PMAK-"}},
	{"ReadMe key", isAlnum, 70, true, []string{"rdme_"}},
	{"Linear key", isAlnum, 40, true, []string{"lin_api_"}},
	{"Notion token", isAlnum, 46, true, []string{"ntn_"}},
	{"Typeform token", isDotted, 59, false, []string{"tfp_"}},
	{"Frame.io token", isWord, 60, false, []string{"fio-u-"}},
	{"Airtable token", isDotted, 79, true, []string{"pat"}},
	{"1Password token", isBase64, 100, false, []string{"ops_eyJ"}},
	{"Adobe secret", isAlnum, 32, true, []string{"p8e-"}},
	{"CircleCI token", isWord, 50, false, []string{"CCIPAT_", "CCIPRJ_"}},
	{"Buildkite token", isHex, 40, true, []string{"bkua_"}},
	{"SonarQube token", isHex, 40, true, []string{"squ_", "sqp_", "sqa_"}},
	{"Figma token", isWord, 40, false, []string{"figd_", "figo_", "figor_", "figu_"}},
	{"Contentful token", isWord, 40, false, []string{"CFPAT-"}},
	{"Crates.io token", isAlnum, 32, true, []string{"cio"}},
	{"NuGet key", isAlnum, 43, true, []string{"oy2"}},

	// What is run, stored and watched.
	{"Google API key", isWord, 35, false, []string{"AIza"}},
	{"Google token", isDotted, 20, false, []string{"ya29."}},
	{"Google client secret", isWord, 20, false, []string{"GOCSPX-"}},
	{"Alibaba access key id", isAlnum, 20, true, []string{"LTAI"}},
	{"Yandex token", isDotted, 80, false, []string{"t1."}},
	{"Yandex key", isWord, 35, false, []string{"AQVN"}},
	{"DigitalOcean token", isHex, 64, true, []string{"doo_v1_", "dop_v1_", "dor_v1_"}},
	{"Heroku key", isWord, 58, false, []string{"HRKU-AA"}},
	{"Fly.io token", isWord, 43, true, []string{"fo1_"}},
	{"Fly.io token", isBase64, 100, false, []string{"fm1a_", "fm1r_", "fm2_"}},
	{"Scalingo token", isWord, 48, true, []string{"tk-us-"}},
	{"OpenShift token", isWord, 43, true, []string{"sha256~"}},
	{"Databricks token", isHex, 32, true, []string{"dapi"}},
	{"ClickHouse key", isAlnum, 38, true, []string{"4b1d"}},
	{"PlanetScale password", isTokenByte, 32, false, []string{"pscale_tkn_", "pscale_oauth_", "pscale_pw_"}},
	{"Vault token", isWord, 24, false, []string{"hvs.", "hvb.", "hvr."}},
	{"Doppler token", isDotted, 40, false, []string{"dp.pt.", "dp.st.", "dp.sa.", "dp.ct.", "dp.scim.", "dp.audit."}},
	{"Cloudflare key", isWord, 160, false, []string{"v1.0-"}},
	{"Tailscale key", isWord, 20, false, []string{"tskey-"}},
	{"Grafana key", isBase64, 32, false, []string{"glc_", "eyJrIjoi"}},
	{"Grafana key", isWord, 41, true, []string{"glsa_"}},
	{"Dynatrace token", isDotted, 60, false, []string{"dt0c01.", "dt0s01."}},
	{"New Relic key", isWord, 19, false, []string{"NRAK-", "NRII-", "NRJS-", "NRRA-"}},
	{"Sentry token", isTokenByte, 40, false, []string{"sntrys_", "sntryu_"}},
	{"SettleMint token", isAlnum, 16, true, []string{"sm_aat_", "sm_pat_", "sm_sat_"}},
	{"Defined Networking token", isWord, 79, true, []string{"dnkey-"}},
	{"Datadog key", isAlnum, 30, false, []string{"ddapp_", "ddpat_"}},
	{"PostHog key", isAlnum, 40, false, []string{"phx_", "phs_"}},
	{"Honeycomb key", isAlnum, 50, false, []string{"hcaik_", "hcxik_", "hcalk_", "hcxlk_", "hcamk_", "hcxmk_"}},
	{"Axiom token", isWord, 36, true, []string{"xaat-", "xapt-"}},
	{"Supabase key", isHex, 40, true, []string{"sbp_", "sbp_oauth_", "sbp_v0_"}},
	{"Supabase key", isWord, 20, false, []string{"sb_secret_"}},
	{"Netlify token", isWord, 36, false, []string{"nfp_", "nfo_", "nfc_", "nfu_", "nfb_"}},
	{"Vercel token", isAlnum, 24, false, []string{"vcp_", "vci_", "vca_", "vcr_", "vck_", "vercel_blob_rw_"}},
	{"Render key", isAlnum, 28, false, []string{"rnd_"}},
	{"Neon key", isAlnum, 60, false, []string{"napi_"}},
	{"Cloudflare token", isWord, 40, false, []string{"cfut_", "cfat_", "cfk_"}},

	// Who is written to, paid and asked.
	{"Slack token", isDotted, 8, false, []string{
		"xoxa-", "xoxb-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xoxe-", "xoxe.xox", "xapp-",
	}},
	{"Slack webhook", isBase64, 20, false, []string{
		"hooks.slack.com/services/", "hooks.slack.com/workflows/", "hooks.slack.com/triggers/",
	}},
	{"Teams webhook", isURLByte, 60, false, []string{"webhook.office.com/webhookb2/"}},
	{"Discord webhook", isURLByte, 40, false, []string{"discord.com/api/webhooks/", "discordapp.com/api/webhooks/"}},
	{"webhook", isURLByte, 16, false, []string{
		"outlook.office.com/webhook/", "hooks.zapier.com/hooks/catch/", "events.pagerduty.com/integration/",
		"open.feishu.cn/open-apis/bot/v2/hook/", "loggly.com/inputs/", "datadoghq.com/v1/input/",
		"datadoghq.eu/v1/input/", "api.softlayer.com/soap/v3/", "api.softlayer.com/soap/v3.1/",
	}},
	{"SendGrid key", isDotted, 60, false, []string{"SG."}},
	{"Resend key", isWord, 26, false, []string{"re_"}},
	{"MailerSend token", isHex, 64, true, []string{"mlsn."}},
	{"HubSpot token", isWord, 36, false, []string{"pat-na1-", "pat-na2-", "pat-eu1-", "pat-ap1-"}},
	{"Brevo key", isWord, 64, false, []string{"xkeysib-", "xsmtpsib-"}},
	{"Mailgun key", isHex, 32, true, []string{"key-", "pubkey-"}},
	{"Twilio key", isHex, 32, true, []string{"SK"}},
	{"Stripe key", isAlnum, 10, false, []string{"sk_live_", "sk_test_", "sk_prod_", "rk_live_", "rk_test_", "rk_prod_"}},
	{"Stripe key", isBase64, 20, false, []string{"whsec_"}},
	{"Square token", isWord, 22, false, []string{"sq0atp-", "sq0csp-"}},
	{"Square token", isWord, 22, false, []string{"EAAA"}},
	{"Facebook token", isAlnum, 100, false, []string{"EAAM", "EAAC"}},
	{"Shopify token", isHex, 32, true, []string{"shpat_", "shpca_", "shppa_", "shpss_"}},
	{"Shippo token", isHex, 40, true, []string{"shippo_live_", "shippo_test_"}},
	{"Duffel token", isWord, 40, false, []string{"duffel_test_", "duffel_live_"}},
	{"EasyPost key", isAlnum, 54, true, []string{"EZAK", "EZTK"}},
	{"Flutterwave key", isWord, 12, false, []string{"FLWSECK_TEST-", "FLWSECK-"}},
	{"GoCardless token", isWord, 40, true, []string{"live_"}},
	{"PayPal token", isTokenOrDollar, 40, false, []string{"access_token$production$", "access_token$sandbox$"}},
	{"Razorpay key", isAlnum, 14, true, []string{"rzp_live_", "rzp_test_"}},
	{"42 secret", isHex, 64, true, []string{"s-s4t2ud-", "s-s4t2af-"}},
	{"Anthropic key", isWord, 80, false, []string{"sk-ant-"}},
	{"OpenAI key", isWord, 32, false, []string{"sk-"}},
	{"Perplexity key", isAlnum, 48, true, []string{"pplx-"}},
	{"Hugging Face token", isAlnum, 34, true, []string{"hf_", "api_org_"}},
	{"Groq key", isAlnum, 48, false, []string{"gsk_"}},
	{"xAI key", isAlnum, 60, false, []string{"xai-"}},
	{"Replicate token", isAlnum, 37, true, []string{"r8_"}},
	{"LangSmith key", isWord, 36, false, []string{"lsv2_pt_", "lsv2_sk_"}},
	{"NVIDIA key", isWord, 60, false, []string{"nvapi-"}},
	{"Cerebras key", isAlnum, 40, false, []string{"csk-"}},
	{"Together key", isWord, 40, false, []string{"tgp_v1_"}},
	{"Pinecone key", isWord, 50, false, []string{"pcsk_"}},
	{"Tavily key", isWord, 28, false, []string{"tvly-"}},
	{"Jina key", isWord, 50, false, []string{"jina_"}},
	{"Firecrawl key", isHex, 32, true, []string{"fc-"}},

	{privateKeyLabel, isAlnum, 40, false, []string{"AGE-SECRET-KEY-1"}},
}

const (
	awsSessionToken = "AWS session token"
	registryLogin   = "registry login"
)

func isTokenOrDollar(b byte) bool { return isWord(b) || b == '$' }

// prefixed is the rule of one prefix.
type prefixed struct {
	maker
	prefix string
}

// find wants the prefix in its own case, nothing word-like in front of it, and
// enough of the right bytes behind it.
func (p prefixed) find(c *cursor, start int) []replacement {
	behind := start + len(p.prefix)
	if c.text[start:behind] != p.prefix || !c.begins(start) {
		return nil
	}
	end := c.span(behind, p.class)
	if end-behind < p.min || p.exact && (end-behind > p.min || isWord(c.at(end))) {
		return nil
	}
	return replace(start, end, p.label)
}

// madeBy makes a trigger of every prefix.
func madeBy() []literal {
	var out []literal
	for _, m := range makers {
		for _, prefix := range m.prefixes {
			out = append(out, literal{strings.ToLower(prefix), prefixed{m, prefix}.find})
		}
	}
	return out
}
