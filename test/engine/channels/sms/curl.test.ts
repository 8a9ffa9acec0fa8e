import { readCurl } from '../../../../engine/channels/sms/curl';
import { shellWords } from '../../../../engine/channels/http/shell-words';

it.each<[string, string[]]>([
	[`a 'b c' "d e" f\\ g`, ['a', 'b c', 'd e', 'f g']],
	[`a'b'"c"$'d'e`, ['abcde']],
	[`"a\\"b\\\\c\\n$$To" 'a\\n'`, ['a"b\\c\\n$$To', 'a\\n']],
	['a \\\n  b\\\r\nc', ['a', 'bc']],
	[`$'a\\nb\\t\\'\\x41\\u00e9\\U0001F600\\101\\\\'`, ["a\nb\t'Aé😀A\\"]],
	[`"" ''`, ['', '']],
	[`$$To x$$Body`, ['$$To', 'x$$Body']],
	[`"it's" 'say "x"'`, ["it's", 'say "x"']],
])('the words of %s', (text, words) => expect(shellWords(text)).toEqual(words));

const json = '{"to":"$$To","text":"$$Body"}';
it.each<[string, object]>([
	['curl https://gw.example.com/send?to=$$To', { method: 'GET', url: 'https://gw.example.com/send?to=$$To', headers: [], query: [], body: { type: 'none' } }],
	[`curl --location --request POST 'https://gw.example.com/v1' \\\n--header 'Content-Type: application/json' \\\n--data-raw '${json}'`, { method: 'POST', url: 'https://gw.example.com/v1', headers: [{ name: 'Content-Type', value: 'application/json' }], body: { type: 'json', template: json } }],
	[`curl -sSXPUT https://gw.example.com --json '${json}'`, { method: 'PUT', body: { type: 'json', template: json } }],
	[`curl https://gw.example.com -H"content-type: application/json; charset=utf-8" -d "{\\"to\\":\\"$$To\\",\\"text\\":\\"$$Body\\"}"`, { method: 'POST', body: { type: 'json', template: json } }],
	[`curl https://gw.example.com -d 'to=$$To&text=a%20b+$$Body' -d from=Shop --data-urlencode 'x=a&b=c'`, { method: 'POST', headers: [], body: { type: 'form', fields: [{ name: 'to', value: '$$To' }, { name: 'text', value: 'a b $$Body' }, { name: 'from', value: 'Shop' }, { name: 'x', value: 'a&b=c' }] } }],
	[`curl -G https://gw.example.com --data-urlencode 'text=$$Body' -d to=$$To`, { method: 'GET', query: [{ name: 'to', value: '$$To' }, { name: 'text', value: '$$Body' }], body: { type: 'none' } }],
	[`curl https://gw.example.com -H 'Content-Type: application/xml' -H 'X-Campaign: $$CampaignID' -A me -d $'<to>$$To</to>\\n<t>$$Body</t>'`, { headers: [{ name: 'X-Campaign', value: '$$CampaignID' }, { name: 'User-Agent', value: 'me' }], body: { type: 'raw', contentType: 'application/xml', template: '<to>$$To</to>\n<t>$$Body</t>' } }],
	['curl --url gw.example.com/x', { url: 'http://gw.example.com/x' }],
])('reads %s', (text, expected) => expect(readCurl(text)).toMatchObject(expected));

const wrong: Array<[string, ...RegExp[]]> = [
	['wget https://a.example', /no curl command/],
	['curl', /no URL/],
	['curl https://a.example b', /more than one URL/],
	['curl https://a.example?a=1&b=2', /"&" ends the command/],
	['curl https://a.example | jq', /"\|" ends/],
	["curl 'https://a.example", /does not end/],
	['curl https://a.example -u me:hush', /-u of the curl command says user and password/, /credential/],
	['curl https://a.example -ume:hush', /-u of/],
	['curl https://me:hush@a.example', /says user or password/],
	["curl https://a.example -H 'Authorization: Bearer hush'", /header Authorization of the curl command is a secret/, /credential/],
	["curl https://a.example -H 'X-Api-Key: hush'", /header X-Api-Key/],
	["curl https://a.example -H 'authkey: hush'", /header authkey/],
	['curl https://a.example -b session=hush', /cookie/],
	['curl https://a.example -F a=b', /-F .*multipart/],
	['curl https://a.example --retry 3', /option --retry of the curl command is not understood/],
	['curl https://a.example -sZ', /option -Z/],
	['curl https://a.example -X', /-X of the curl command has no value/],
	['curl https://a.example -X DELETE', /asks by DELETE/],
	['curl https://a.example -d @body.json', /reads a file/],
	['curl https://a.example --data-urlencode text@file', /reads a file/],
	["curl https://a.example -d '{\"a\":1}'", /no form/, /Content-Type/],
	["curl -X GET https://a.example -d a=b", /body with GET/],
	["curl https://a.example --json '{}' -d a=b", /both --json/],
];
it.each(wrong.map(([text, ...whys]) => [text, whys] as const))('refuses %s', (text, whys) => {
	let error: { message: string; hint?: string } | undefined;
	try {
		readCurl(text);
	} catch (caught) {
		error = caught as { message: string; hint?: string };
	}
	for (const why of whys) expect(`${error?.message}. ${error?.hint}`).toMatch(why);
	expect(`${error?.message} ${error?.hint}`).not.toContain('hush');
});
