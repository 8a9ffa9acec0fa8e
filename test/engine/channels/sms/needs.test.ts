import { needsOf, type GenericRequest } from '../../../../engine/channels/sms/generic-request';
import { checkSupply, type RequestNeeds, type SenderSupply, type SuppliedPair } from '../../../../engine/channels/sms/needs';

const request = (extra: Partial<GenericRequest> = {}): GenericRequest => ({ method: 'POST', url: '', body: { type: 'json', template: '{"to":"$$To","text":"$$Body"}' }, ...extra });
const needs = (extra: Partial<GenericRequest> = {}, more: Partial<RequestNeeds> = {}): RequestNeeds => ({ ...needsOf('Gateway', request(extra)), ...more });
const json = (template: string): Partial<GenericRequest> => ({ body: { type: 'json', template } });
const pair = (name: string, personalized = false): SuppliedPair => ({ name, personalized });
const supply = (pairs: Partial<SenderSupply['pairs']> = {}, more: Partial<SenderSupply> = {}): SenderSupply => ({
	templateId: false,
	templateVariables: false,
	...more,
	pairs: { body: [], header: [], global: [], ...pairs },
});

it('tells what a request takes by where it stands', () => {
	const made = needs({ url: '/u/$$Path?x=$$path', query: [{ name: 'q$$Name', value: '$$Value' }], headers: [{ name: 'X', value: '$$Head $$CampaignID' }], ...json('{"to":"$$To","t":$$TemplateID,"v":$$templatevariables,"u":"$$uid"}') });
	expect(made).toMatchObject({ names: { body: ['Path', 'Name', 'Value', 'uid'], header: ['Head'], global: [] }, templateId: true, templateVariables: true, takesOthers: false });
});

const body = json('{"to":"$$To","t":"$$Body","u":"$$uid"}');
const headers = { headers: [{ name: 'X', value: '$$uid' }] };
it.each<[string, RequestNeeds[], SenderSupply]>([
	['nothing', [needs()], supply()],
	['a name, whatever its case', [needs(body)], supply({ body: [pair('UID', true)] })],
	['a name of the body by a global pair', [needs(body)], supply({ global: [pair('uid')] })],
	['a personalized header', [needs(headers)], supply({ header: [pair('uid', true)] })],
	['a fixed header of a batch', [needs(headers, { batched: true })], supply({ header: [pair('uid')] })],
	['what one of two providers takes', [needs(), needs(body)], supply({ body: [pair('uid')] })],
	['what is added', [needs({ addOthers: true })], supply({ body: [pair('tier')], header: [pair('X-Tier')], global: [pair('shop')] })],
	['variables', [needs(json('{"to":"$$To","t":"$$Body","v":$$TemplateVariables}'))], supply({}, { templateVariables: true })],
	['a template', [needs(json('{"to":"$$To","t":"$$TemplateID"}'))], supply({}, { templateId: true })],
])('takes %s', (_what, providers, supplied) => expect(() => checkSupply(providers, supplied)).not.toThrow());

it.each<[string, RequestNeeds[], SenderSupply, RegExp]>([
	['a name nobody supplies', [needs(), needs(body)], supply(), /"Gateway" needs a value for \$\$uid, and this node has no message body pair/],
	['a name of a header with a pair of the body', [needs(headers)], supply({ body: [pair('uid')] }), /needs a value for \$\$uid, and this node has no header pair/],
	['a name of the whole batch with a pair of the body', [needs({}, { names: { body: [], header: [], global: ['hid'] } })], supply({ body: [pair('hid')] }), /no global pair/],
	['no template where one is needed', [needs(json('{"to":"$$To","t":"$$TemplateID"}'))], supply(), /needs a template ID/],
	['a personalized global pair', [needs(body)], supply({ global: [pair('uid', true)] }), /global pair "uid" is personalized/],
	['a personalized header of a batch', [needs(headers, { batched: true })], supply({ header: [pair('uid', true)] }), /header pair "uid" is personalized, but "Gateway" sends many/],
	['two pairs of a name', [needs(body)], supply({ body: [pair('uid'), pair('Uid')] }), /two message body pairs "Uid"/],
	['a pair with the name of a token', [needs()], supply({ body: [pair('to')] }), /No pair can be called "to"/],
	['a pair for nothing', [needs(body)], supply({ body: [pair('uid'), pair('tier')] }), /has a place for the message body pair "tier"/],
	['variables for nothing', [needs()], supply({}, { templateVariables: true }), /place for the template variables/],
	['a pair in the place of the number', [needs({ addOthers: true })], supply({ body: [pair('text')] }), /"text" of its own/],
	['a global pair in the place of the number', [needs({ addOthers: true })], supply({ global: [pair('to2'), pair('text')] }), /"text" of its own/],
	['a pair in the place of a header', [needs({ addOthers: true, ...headers })], supply({ header: [pair('uid'), pair('x')] }), /"x" of its own/],
])('refuses %s', (_what, providers, supplied, why) => expect(() => checkSupply(providers, supplied)).toThrow(why));

it('says nothing of what is for nothing where there are providers of which it does not know', () => {
	expect(() => checkSupply([needs()], supply({ body: [pair('uid')] }), false)).not.toThrow();
});
