import { CampaignError } from '../../errors';
import { shellWords } from '../http/shell-words';
import type { GenericBody, GenericRequest, NameValue } from './generic-request';

/** Options without a value that change nothing of the request. Redirects are not followed, whatever is asked for. */
const IGNORED = new Set(['s', 'silent', 'S', 'show-error', 'i', 'include', 'v', 'verbose', 'L', 'location', 'f', 'fail', 'N', 'no-buffer', 'g', 'globoff', 'compressed', 'http1.1', 'http2', 'no-progress-meter']);

/** What options with a value are called. */
const VALUED: Record<string, 'method' | 'header' | 'data' | 'urlencode' | 'json' | 'url' | 'agent'> = {
	X: 'method', request: 'method', H: 'header', header: 'header', d: 'data', data: 'data', 'data-raw': 'data', 'data-ascii': 'data', 'data-binary': 'data',
	'data-urlencode': 'urlencode', json: 'json', url: 'url', A: 'agent', 'user-agent': 'agent',
};

/** Options that are understood, and why they cannot be followed. */
const REFUSED: Record<string, [why: string, hint: string]> = {
	...both(['u', 'user'], ['says user and password', 'Take it out of the command, and write them into the credential (Authentication: Basic).']),
	...both(['oauth2-bearer'], ['says an access token', 'Take it out of the command, and write it into the credential (Authentication: Header).']),
	...both(['b', 'cookie'], ['says a cookie, which signs in', 'Take it out of the command, and use the credential.']),
	...both(['F', 'form', 'form-string'], ['makes a multipart body, which is not supported', 'Use --data-urlencode if the gateway takes an ordinary form.']),
	...both(['k', 'insecure'], ['switches the check of certificates off', 'Give the gateway a certificate that is valid.']),
	...both(['x', 'proxy'], ['goes by a proxy', 'Write the base URL of the proxy into the credential if it forwards requests.']),
	...both(['I', 'head'], ['asks for headers only', 'Paste the command that sends a message.']),
};

const SECRET_HEADER = /^(proxy-)?authorization$|^cookie$|(api|auth|access|secret)[-_]?(key|token)|secret|passw(or)?d/i;

interface Command {
	method?: string;
	urls: string[];
	headers: NameValue[];
	data: string[];
	fields: NameValue[];
	json: string[];
	get: boolean;
}

/**
 * Reads a pasted curl command. Its texts may have `$$` tokens. Throws a CampaignError that names what is not understood, or what
 * belongs into the credential; it quotes no value.
 * @returns the request, with the whole URL
 */
export function readCurl(text: string): GenericRequest {
	const [name, ...words] = shellWords(text.trim());
	if (name !== 'curl') throw new CampaignError('curl', 'This is no curl command', 'It begins with curl and has the URL of the gateway.');
	const command = readOptions(words);
	const [url, another] = command.urls;
	if (url === undefined) throw new CampaignError('curl', 'The curl command has no URL');
	if (another !== undefined) throw new CampaignError('curl', 'The curl command has more than one URL', 'Put values with spaces in quotes.');
	if (/^[a-z]+:\/\/[^/?#]*@/i.test(url)) throw new CampaignError('curl', 'The URL of the curl command says user or password', 'Take them out, and write them into the credential (Authentication: Basic).');
	const { headers, body, query } = bodyOf(command);
	const hasData = command.data.length + command.fields.length + command.json.length > 0;
	const method = (command.method ?? (hasData && !command.get ? 'POST' : 'GET')).toUpperCase();
	if (!['GET', 'POST', 'PUT', 'PATCH'].includes(method)) throw new CampaignError('curl', `The curl command asks by ${method}`, 'GET, POST, PUT and PATCH are possible.');
	if (method === 'GET' && body.type !== 'none') throw new CampaignError('curl', 'The curl command sends a body with GET', 'Use -G if the data belong into the URL, or another method.');
	return { method: method as GenericRequest['method'], url: /^https?:\/\//i.test(url) ? url : `http://${url}`, headers, query, body };
}

function readOptions(words: string[]): Command {
	const command: Command = { urls: [], headers: [], data: [], fields: [], json: [], get: false };
	const left = [...words];
	while (left.length > 0) {
		const word = left.shift() as string;
		if (word.startsWith('--') && word.length > 2) readOption(command, word.slice(2), word, () => left.shift());
		else if (word.startsWith('-') && word.length > 1) {
			// Several short options in one word; what follows one with a value is its value.
			for (let rest = word.slice(1); rest !== ''; ) {
				const letter = rest[0] as string;
				const value = rest.slice(1);
				const took = readOption(command, letter, `-${letter}`, () => (value === '' ? left.shift() : value));
				rest = took ? '' : value;
			}
		} else command.urls.push(word);
	}
	return command;
}

/** @returns whether the option took a value */
function readOption(command: Command, name: string, shown: string, next: () => string | undefined): boolean {
	const refused = Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
	if (refused) throw new CampaignError('curl', `${shown} of the curl command ${refused[0]}`, refused[1]);
	if (IGNORED.has(name)) return false;
	if (name === 'G' || name === 'get') {
		command.get = true;
		return false;
	}
	const kind = Object.hasOwn(VALUED, name) ? VALUED[name] : undefined;
	if (!kind) throw new CampaignError('curl', `The option ${shown} of the curl command is not understood`, 'Take it out of the command, or fill in the fields instead.');
	const value = next();
	if (value === undefined) throw new CampaignError('curl', `${shown} of the curl command has no value`);
	if ((kind === 'json' || (kind === 'data' && name !== 'data-raw')) && value.startsWith('@')) throw new CampaignError('curl', `${shown} of the curl command reads a file`, 'Paste what is in it.');
	take(command, kind, value, shown);
	return true;
}

function take(command: Command, kind: (typeof VALUED)[string], value: string, shown: string): void {
	switch (kind) {
		case 'method':
			command.method = value;
			return;
		case 'url':
			command.urls.push(value);
			return;
		case 'agent':
			command.headers.push({ name: 'User-Agent', value });
			return;
		case 'data':
			command.data.push(value);
			return;
		case 'json':
			command.json.push(value);
			return;
		case 'header':
			command.headers.push(...headerOf(value));
			return;
		case 'urlencode':
			command.fields.push(fieldOf(value, shown));
	}
}

function headerOf(text: string): NameValue[] {
	const [, name, value] = /^([^:;]+)[:;]\s*(.*)$/s.exec(text) ?? [];
	if (name === undefined || value === undefined) throw new CampaignError('curl', 'A header of the curl command has no name and value', 'Such as -H \'Content-Type: application/json\'.');
	if (SECRET_HEADER.test(name.trim())) throw new CampaignError('curl', `The header ${name.trim()} of the curl command is a secret`, 'Take it out of the command, and write it into the credential (Authentication: Header, or Basic).');
	return value.trim() === '' ? [] : [{ name: name.trim(), value: value.trim() }];
}

function fieldOf(text: string, shown: string): NameValue {
	const [, name = '', sign, value = ''] = /^([^=@]*)([=@])(.*)$/s.exec(text) ?? [];
	if (sign === '@') throw new CampaignError('curl', `${shown} of the curl command reads a file`, 'Paste what is in it.');
	return sign === undefined ? { name: text, value: '' } : { name, value };
}

function bodyOf({ headers, data, fields, json, get }: Command): Required<Pick<GenericRequest, 'headers' | 'query'>> & { body: GenericBody } {
	if (json.length > 0 && data.length + fields.length > 0) throw new CampaignError('curl', 'The curl command has both --json and other data');
	const typed = headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value;
	const untyped = headers.filter(({ name }) => name.toLowerCase() !== 'content-type');
	if (json.length > 0 && !get) return { headers, query: [], body: { type: 'json', template: json.join('') } };
	const pairs = [...data.flatMap((text) => [...new URLSearchParams(text)].map(([name, value]) => ({ name, value }))), ...fields];
	if (get) return { headers: untyped, query: pairs, body: { type: 'none' } };
	if (data.length + fields.length === 0) return { headers, query: [], body: { type: 'none' } };
	if (typed !== undefined && /json/i.test(typed)) return { headers, query: [], body: { type: 'json', template: data.join('&') } };
	if (typed !== undefined && !/x-www-form-urlencoded/i.test(typed)) return { headers: untyped, query: [], body: { type: 'raw', template: data.join('&'), contentType: typed } };
	if (typed === undefined && data.some((text) => /^\s*[{[<]/.test(text))) throw new CampaignError('curl', 'The data of the curl command are no form, and there is no header that says what they are', 'Add -H \'Content-Type: application/json\', or what it is.');
	return { headers: untyped, query: [], body: { type: 'form', fields: pairs } };
}

function both(names: string[], why: [string, string]): Record<string, [string, string]> {
	return Object.fromEntries(names.map((name) => [name, why]));
}
