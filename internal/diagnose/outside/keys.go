package outside

import "strings"

// class says what a key tells of its value.
type class int8

const (
	classNone    class = iota
	classOutside       // a part of a request, or what a check of input was given
	classPerson        // what people write: outside where it is more than one word
	classLoose         // a word for many things: outside only in a quiet line
	classMessage       // the program's own words, perhaps about a request
	classError         // an error of the program's own
)

// normal is a key as the tables have it: lower case, without what joins words.
func normal(key string) string {
	if len(key) > 64 {
		return ""
	}
	var b strings.Builder
	for i := range len(key) {
		switch c := key[i]; {
		case c >= 'A' && c <= 'Z':
			b.WriteByte(c + 'a' - 'A')
		case c >= 'a' && c <= 'z', digit(c):
			b.WriteByte(c)
		}
	}
	return b.String()
}

// keyClasses are the keys that access loggers, frameworks, firewalls and
// validators write, as normal has them.
var keyClasses = classesOf(map[class]string{
	classOutside: `path url uri requesturi requesturl requestpath requestedpath requestedurl rawpath rawurl rawuri originalurl originaluri fullpath fullurl pathname target targeturl resourcepath
		httppath httptarget httpurl urlpath urlfull urloriginal urlquery urlraw httprequestpath requesturlpath documenturi scriptname pathinfo xoriginaluri csuristem csuriquery stem httproute
		query querystring querystr queryparams queryparameters querystringparameters multivaluequerystringparameters rawquery rawquerystring search searchquery httpquery querytext
		ua useragent httpuseragent requestuseragent useragentoriginal csuseragent agentstring browser referer referrer httpreferer httpreferrer requestreferer requestreferrer csreferer
		header headers requestheaders requestheader httpheaders reqheaders multivalueheaders rawheaders cookie cookies requestcookies cscookie
		host httphost requesthost requestedhost authority requestauthority servername sni origin
		req request httprequest httpreq requestdata clientrequest incomingrequest requestinfo requestcontext currentrequest
		param params parameter parameters requestparams requestargs pathparams pathparameters routeparams urlparams bindvars bindparams binds
		requestbody reqbody rawbody bodytext formdata form formvalues postdata requestpayload rawrequest requestline requesttext
		input userinput rawinput inputvalue inputstring inputtext received receivedvalue rejectedvalue invalidvalue givenvalue actualvalue badvalue attempted attemptedvalue operand
		remoteuser remoteaddr remoteip clientip xforwardedfor xrealip clientidentity xrequestid
		filter pipeline statement sql sqlstatement dbstatement dbquerytext sqltext sqlquery variables graphqlquery operationname value`,
	classPerson: `user username userid login email mail displayname firstname lastname fullname nickname author sender room channel
		comment comments usercomment review feedback chatmessage usermessage messagetext tweet post bio question prompt answer searchterm term terms q keyword keywords
		filename originalname originalfilename uploadname nick handle name subject`,
	classLoose:   `text content description note notes caption title label tag tags topic body payload data args arguments raw info`,
	classMessage: `message msg messages log event line m mt rendered renderedmessage messagetemplate shortmessage fullmessage textpayload logmessage logmsg msgtext stdout stderr output`,
	classError: `err error errors exception exceptions exc excinfo exctext cause causes causedby rootcause stack stacktrace stackinfo traceback backtrace reason errormessage errmsg errormsg
		errordescription errorverbose errordetail errordetails errorstack failure failures fault thrown throwable details detail x lasterror diagnostic diagnostics problem`,
})

func classesOf(words map[class]string) map[string]class {
	all := map[string]class{}
	for c, list := range words {
		for _, word := range strings.Fields(list) {
			all[word] = c
		}
	}
	return all
}

// classOf is the class of a normal key.
func classOf(key string) class {
	if c, ok := keyClasses[key]; ok {
		return c
	}
	switch {
	case key == "":
		return classNone
	case strings.HasPrefix(key, "err"), strings.HasSuffix(key, "error"), strings.HasSuffix(key, "exception"), strings.HasPrefix(key, "exception"),
		strings.HasPrefix(key, "exc"), strings.HasSuffix(key, "failure"), strings.HasSuffix(key, "err"):
		return classError
	case strings.HasSuffix(key, "useragent"), strings.HasSuffix(key, "referer"), strings.HasSuffix(key, "referrer"), strings.HasPrefix(key, "requestheader"), strings.HasPrefix(key, "httprequestheader"),
		strings.HasPrefix(key, "httpheader"), strings.HasPrefix(key, "xforwarded"), strings.HasSuffix(key, "userinput"), strings.HasPrefix(key, "queryparam"), strings.HasPrefix(key, "urlparam"):
		return classOutside
	}
	return classNone
}

// What the keys of an object tell of it.
const (
	aboutMethod uint8 = 1 << iota
	aboutTarget
	aboutStatus
	aboutClient
	aboutPerson
	aboutRecord // a record of OpenTelemetry, whose "body" is the message
	aboutAWS    // a call that the program makes to AWS
)

var aboutKeys = map[string]uint8{
	"method": aboutMethod, "httpmethod": aboutMethod, "requestmethod": aboutMethod, "verb": aboutMethod, "httprequestmethod": aboutMethod, "csmethod": aboutMethod, "reqmethod": aboutMethod,
	"path": aboutTarget, "url": aboutTarget, "uri": aboutTarget, "requesturi": aboutTarget, "requestpath": aboutTarget, "route": aboutTarget, "urlpath": aboutTarget, "httptarget": aboutTarget,
	"httppath": aboutTarget, "originalurl": aboutTarget, "httproute": aboutTarget, "httpurl": aboutTarget, "requesturl": aboutTarget, "csuristem": aboutTarget, "rawpath": aboutTarget, "requestline": aboutTarget,
	"status": aboutStatus, "statuscode": aboutStatus, "httpstatus": aboutStatus, "httpstatuscode": aboutStatus, "responsestatus": aboutStatus, "responsecode": aboutStatus, "downstreamstatus": aboutStatus,
	"scstatus": aboutStatus, "httpresponsestatuscode": aboutStatus, "originstatus": aboutStatus,
	"ip": aboutClient, "clientip": aboutClient, "remoteaddr": aboutClient, "remoteip": aboutClient, "useragent": aboutClient, "ua": aboutClient, "referer": aboutClient, "clienthost": aboutClient, "clientaddr": aboutClient,
	"sourceip": aboutClient, "xforwardedfor": aboutClient, "cip": aboutClient, "httpuseragent": aboutClient,
	"room": aboutPerson, "channel": aboutPerson, "sender": aboutPerson, "from": aboutPerson, "author": aboutPerson, "conversation": aboutPerson, "conversationid": aboutPerson, "roomid": aboutPerson, "channelid": aboutPerson,
	"chat": aboutPerson, "chatid": aboutPerson, "nick": aboutPerson, "username": aboutPerson,
	"severitytext": aboutRecord, "severitynumber": aboutRecord, "timeunixnano": aboutRecord, "observedtimeunixnano": aboutRecord, "instrumentationscope": aboutRecord,
}

// request reports whether keys are those of a request that was logged.
func request(about uint8) bool {
	if about&aboutAWS != 0 {
		return false
	}
	return about&aboutMethod != 0 && about&(aboutTarget|aboutStatus|aboutClient) != 0 || about&aboutTarget != 0 && about&aboutStatus != 0 && about&aboutClient != 0
}
