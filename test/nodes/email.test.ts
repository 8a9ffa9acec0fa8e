import type { IDataObject, INodeExecutionData, INodeParameters, WorkflowExecuteMode } from 'n8n-workflow';

import { processSmtpPools } from '../../engine/channels/email/smtp-pool';
import { Email } from '../../nodes/Email/Email.node';
import { SmtpEmailProvider } from '../../nodes/SmtpEmailProvider/SmtpEmailProvider.node';
import { TwilioSmsProvider } from '../../nodes/TwilioSmsProvider/TwilioSmsProvider.node';
import { base, CAMPAIGN_NODES, campaignItems, EVERYBODY_NOW, idsOf, own, rowsOfStore, workflowOf, type Line } from '../support/campaign-workflow';
import { execute, publish, type Execution, type TestWorkflow } from '../support/n8n-core';
import { closedPort } from '../support/loopback';
import { useNodeStore } from '../support/node-store';
import { answer, startSmtp, type SmtpLoopback } from '../support/smtp';

const store = useNodeStore();
let server: SmtpLoopback;
let smtp: Record<string, string | number>;
beforeEach(async () => {
	server = await startSmtp({ onRcptTo: ({ address }, _session, callback) => callback(address.startsWith('nobody') ? answer(550, '5.1.1 Unknown') : null) });
	smtp = { host: '127.0.0.1', security: 'none', port: server.port };
});
afterEach(async () => {
	processSmtpPools.close();
	await server.close();
});

type Node = TestWorkflow['nodes'][number];

const NODES = [...CAMPAIGN_NODES, Email, SmtpEmailProvider];
const TEXTS: INodeParameters = { fromEmail: 'news@example.com', fromName: 'Hôtel', subject: 'Hi {{ Profile.id }}', html: '<p>Hi {{ Profile.id }}</p>' };

/** A trigger or a start, the Email node, and one mail server. */
function sending(first: Node, parameters: INodeParameters = {}, providers: Node[] = [own('Mail', 'smtpEmailProvider')]): TestWorkflow {
	const lines = providers.map(({ name }): Line => [name, 'Email', 'ai_chain']);
	return workflowOf([first, own('Email', 'email', { ...TEXTS, ...parameters }), ...providers], [[first.name, 'Email'], ...lines]);
}

const inCampaign = (parameters?: INodeParameters) => sending(own('Campaign', 'campaignTrigger'), parameters);
const foreign = (parameters?: INodeParameters) => sending(base('Start', 'manualTrigger'), parameters);

async function run(workflow: TestWorkflow, items: Array<IDataObject | INodeExecutionData>, mode: WorkflowExecuteMode = 'trigger', more: object = {}): Promise<Execution> {
	return await execute({ workflow, nodes: NODES, credentials: { campaignsSmtpApi: smtp }, items, mode, start: 'Email', ...more });
}

const outputs = (result: Execution) => [0, 1, 2].map((output) => idsOf(result.json('Email', output)));
const mails = () => server.received.map(({ to, mail }) => ({ to: to[0], subject: mail.subject, html: mail.html, text: mail.text?.trim() })).sort((a, b) => String(a.to).localeCompare(String(b.to)));
const messages = () => rowsOfStore().message ?? [];

/** People p1..pN of a run, with addresses. */
async function people(emails: Array<string | null>): Promise<IDataObject[]> {
	const items = await campaignItems(store(), emails.length);
	await store().call('ingest', { profiles: emails.flatMap((email, index) => (email === null ? [] : [{ id: `p${index + 1}`, email }])) });
	return items;
}

describe('people of a campaign', () => {
	test('are sent to once; whoever comes again leaves as before and is not sent to', async () => {
		const items = await people(['ann@example.org', 'bob@example.org']);
		const first = await run(inCampaign(), items);
		expect(first.error).toBeUndefined();
		expect(outputs(first)).toEqual([['p1', 'p2'], [], []]);
		expect(first.json('Email')[0]).toMatchObject({ delivery: { provider: 'Mail', messageId: expect.any(String) } });
		expect((await run(inCampaign(), items)).json('Email')).toEqual(first.json('Email'));
		expect(mails()).toEqual([
			{ to: 'ann@example.org', subject: 'Hi p1', html: '<p>Hi p1</p>', text: 'Hi p1' },
			{ to: 'bob@example.org', subject: 'Hi p2', html: '<p>Hi p2</p>', text: 'Hi p2' },
		]);
		const [{ mail }] = server.received as [SmtpLoopback['received'][number]];
		expect(mail.from?.value).toEqual([{ address: 'news@example.com', name: 'Hôtel' }]);
		// Returned mail quotes the Message-ID: it is what the store knows the message by.
		expect(messages().map(({ provider_id: id }) => `<${String(id)}>`)).toContain(mail.messageId);
	});

	test('without an address, opted out, with one that is none, or one that the server does not know are not', async () => {
		const items = await people([null, 'bob@example.org', 'not an address', 'nobody@example.org', 'eve@example.org']);
		await store().call('ingest', { profiles: [{ id: 'p2', optedOut: { email: true } }] });
		const result = await run(inCampaign(), items);
		expect(outputs(result)).toEqual([['p5'], ['p1', 'p2', 'p3', 'p4'], []]);
		expect(result.json('Email', 1)).toMatchObject([
			{ reason: 'profile_not_reachable', detail: 'No email address' },
			{ reason: 'profile_not_reachable', detail: 'Opted out of email' },
			{ reason: 'invalid_recipient', detail: '"not an address" is not an email address' },
			{ reason: 'invalid_recipient', detail: expect.stringContaining('5.1.1'), delivery: { provider: 'Mail' } },
		]);
		expect(mails().map(({ to }) => to)).toEqual(['eve@example.org']);
	});

	test('who share an address get one message; the domain has no case, the name before it has', async () => {
		const items = await people(['ann@example.org', 'ann@EXAMPLE.org', 'Ann@example.org']);
		const result = await run(inCampaign(), items);
		expect(outputs(result)).toEqual([['p1', 'p3'], ['p2'], []]);
		expect(result.json('Email', 1)).toMatchObject([{ reason: 'duplicate_address' }]);
		expect(mails().map(({ to }) => to)).toEqual(['ann@example.org', 'Ann@example.org']);
	});

	test('wait while the server is away, and are sent to when it is back', async () => {
		const items = await people(['ann@example.org']);
		const { port } = smtp;
		smtp.port = await closedPort();
		expect(outputs(await run(inCampaign(), items))).toEqual([[], [], []]);
		expect(messages()).toMatchObject([{ state: 'held' }]);
		smtp.port = port as number;
		const clock = store().clock as { now: () => number };
		const real = clock.now.bind(clock);
		clock.now = () => real() + 60_000;
		const { node } = await store().call('registerNode', { workflowId: 'workflow-1', nodeId: 'node-2', name: 'Email', type: 'n8n-nodes-campaigns.email' });
		const { release } = await store().call('claimRelease', { node, limit: 500 });
		const released = await run(inCampaign(), [{ campaignRelease: { token: release?.token as string } }]);
		expect(outputs(released)).toEqual([['p1'], [], []]);
		expect(mails()).toMatchObject([{ to: 'ann@example.org', subject: 'Hi p1' }]);
	});
});

test('a run by hand shows the message, sends nothing and leaves the store as it is', async () => {
	const [item] = await people(['ann@example.org']);
	const before = rowsOfStore();
	const shown = { ...item, user: { ...(item?.user as IDataObject), email: 'ann@example.org' } };
	const parameters = { text: 'Salut é', unsubscribeUrl: 'https://example.com/u?id={{ Profile.id }}' };
	const result = await run(inCampaign(parameters), [shown, { ...shown, user: { id: 'x', optedOut: { email: true }, email: 'x@example.org' } }, { ...shown, user: { id: 'y' } }], 'manual');
	expect(result.json('Email').map(({ preview }) => (preview as IDataObject).email)).toEqual([
		{ wouldSend: { to: 'ann@example.org', from: 'Hôtel <news@example.com>', subject: 'Hi p1', text: 'Salut é', textBytes: 8, htmlBytes: 12, unsubscribeUrl: 'https://example.com/u?id=p1' } },
		{ wouldNotSend: expect.stringContaining('not reachable'), detail: 'Opted out of email' },
		{ wouldNotSend: expect.stringContaining('not reachable'), detail: 'No email address' },
	]);
	expect(rowsOfStore()).toEqual(before);
	expect(server.connections()).toBe(0);
});

test('a run of the campaign by hand says who has no address, or wants no email', async () => {
	await store().ingest({ profiles: [{ id: 'a', email: 'a@example.org' }, { id: 'b', phone: '+14155550100' }, { id: 'c', email: 'c@example.org', optedOut: { email: true } }] });
	const workflow = sending(own('Campaign', 'campaignTrigger', EVERYBODY_NOW));
	const result = await execute({ workflow, nodes: NODES, credentials: { campaignsSmtpApi: smtp }, mode: 'manual', start: 'Campaign' });
	expect(result.error).toBeUndefined();
	expect(result.json('Campaign').map(({ preview }) => (preview as { notReached?: object }).notReached)).toEqual([undefined, { email: 'No email address' }, { email: expect.stringContaining('Opted out of email') }]);
	expect(result.json('Email')).toMatchObject([{ preview: { email: { wouldSend: { to: 'a@example.org', subject: 'Hi a' } } } }, { preview: { email: { detail: 'No email address' } } }, {}]);
});

describe('the message', () => {
	const ann = { id: 'a', email: 'ann@example.org' };
	const sent = async (parameters: INodeParameters, item: IDataObject = ann) => {
		const result = await run(foreign(parameters), [item], 'webhook');
		expect(result.error).toBeUndefined();
		expect(result.json('Email', 1)).toEqual([]);
		return server.received.at(-1) as SmtpLoopback['received'][number];
	};
	const refused = async (parameters: INodeParameters, item: IDataObject = ann) => {
		const result = await run(foreign(parameters), [item], 'webhook');
		expect(server.received).toEqual([]);
		return result.json('Email', 1)[0];
	};

	test('escapes values in HTML, and nowhere else', async () => {
		const name = '<script>alert("1")</script> & Söhne';
		const { mail } = await sent({ subject: '{{ Profile.name }}', html: '<p title="{{ Profile.name }}">{{ Profile.name }}</p>', text: '{{ Profile.name }}', preheader: '{{ Profile.name }}' }, { ...ann, name });
		expect(mail).toMatchObject({ subject: name, text: expect.stringContaining(name) });
		expect(String(mail.html)).not.toContain('<script>');
		expect(String(mail.html)).toContain('<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; Söhne">');
	});

	test('made in HTML has a text with the links, and without the preheader', async () => {
		const html = '<html><body class="a"><h1>Salut {{ Profile.name }}</h1><p>Deux <a href="https://example.com/x">nuits</a></p><img src="https://example.com/pixel"></body></html>';
		const { mail } = await sent({ html, preheader: 'Jusqu\'à dimanche' }, { ...ann, name: 'Ann & Bob' });
		expect(mail.text?.trim()).toBe('Salut Ann & Bob\n\nDeux nuits [https://example.com/x]');
		expect(String(mail.html)).toMatch(/^<html><body class="a"><div style="display:none[^>]*>Jusqu'à dimanche/);
	});

	test('of text alone has no HTML', async () => {
		expect((await sent({ html: '', text: 'Only text', preheader: 'unused' })).mail).toMatchObject({ html: false, text: 'Only text\n' });
	});

	test('offers to unsubscribe by one click, and by a link', async () => {
		const { mail } = await sent({ unsubscribeUrl: 'https://example.com/u/{{ Profile.id }}?m={{ Profile.email }}', html: '<a href="{{ UnsubscribeUrl }}&x=1">Stop</a>', text: 'Stop: {{ UnsubscribeUrl }}' }, { ...ann, id: 'a>/b\r\n' });
		const url = 'https://example.com/u/a%3E%2Fb%0D%0A?m=ann%40example.org';
		const head = Object.fromEntries(mail.headerLines.map(({ key, line }) => [key, line.replace(/\r?\n\s*/g, ' ')]));
		expect(head['list-unsubscribe']).toBe(`List-Unsubscribe: <${url}>`);
		expect(head['list-unsubscribe-post']).toBe('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
		expect(String(mail.html)).toContain(`<a href="${url}&x=1">`);
		expect(mail.text?.trim()).toBe(`Stop: ${url}`);
	});

	test('goes to copies and takes answers elsewhere, when told to', async () => {
		const { to, mail, raw } = await sent({ options: { cc: 'desk@example.com, ANN@example.org', bcc: 'archive@example.com, desk@example.com', replyTo: 'answers@example.com' } });
		expect(to).toEqual(['ann@example.org', 'desk@example.com', 'archive@example.com']);
		expect(mail.replyTo?.value).toMatchObject([{ address: 'answers@example.com' }]);
		expect(raw).not.toContain('archive@example.com');
	});

	test.each([
		['a line break in the subject', { subject: 'Hi {{ Profile.name }}!' }, { name: 'x\r\nBcc: victim@example.net' }, 'The subject has a line break'],
		['a subject that is too long', { subject: 'Hi {{ Profile.name }}' }, { name: 'x'.repeat(1000) }, 'longer than'],
		['a missing value', { text: 'Hi {{ Profile.name }}' }, {}, 'No value for Profile.name'],
		['a value that leads the link elsewhere', { unsubscribeUrl: 'https://example.com/{{ Profile.path }}/u' }, { path: '..' }, 'changed the path'],
		['an address with a line break', {}, { email: 'ann@example.org\r\nBcc: victim@example.net' }, 'not an email address'],
		['two addresses', {}, { email: 'ann@example.org, victim@example.net' }, 'not an email address'],
	])('is not sent with %s', async (_name, parameters, properties, why) => {
		expect(await refused(parameters, { ...ann, ...properties })).toMatchObject({ id: 'a', detail: expect.stringContaining(why) });
	});

	test('leaves out what is missing, when told to', async () => {
		expect((await sent({ subject: 'Hi {{ Profile.name }}!', options: { missing: 'empty' } })).mail.subject).toBe('Hi !');
	});
});

describe('attachments', () => {
	const pdf = Buffer.from([0, 255, 13, 10, 46]);
	const withFile = (id: string, binary: string[] = ['invoice']): INodeExecutionData => ({
		json: { id, email: `${id}@example.org` },
		binary: Object.fromEntries(binary.map((name) => [name, { data: pdf.toString('base64'), mimeType: 'application/pdf', fileName: `${name} é.pdf` }])),
	});

	test('are those of the item', async () => {
		const result = await run(foreign({ attachments: 'invoice, terms' }), [withFile('a', ['invoice', 'terms']), withFile('b')], 'webhook');
		expect(server.received.map(({ to, mail }) => [to, mail.attachments.map(({ filename, contentType, content }) => [filename, contentType, [...content]])])).toEqual([
			[['a@example.org'], [['invoice é.pdf', 'application/pdf', [...pdf]], ['terms é.pdf', 'application/pdf', [...pdf]]]],
		]);
		expect(result.json('Email', 1)).toMatchObject([{ id: 'b', reason: 'personalization_failed', detail: 'The item has no binary data "terms" to attach' }]);
	});

	test('are named in a preview', async () => {
		const result = await run(foreign({ attachments: 'invoice' }), [withFile('a')], 'manual');
		expect(result.json('Email')).toMatchObject([{ preview: { email: { wouldSend: { attachments: ['invoice é.pdf'] } } } }]);
	});

	test('cannot wait: the message fails at once when the server is away', async () => {
		smtp.port = await closedPort();
		const result = await run(foreign({ attachments: 'invoice' }), [withFile('a')], 'webhook');
		expect(result.json('Email', 1)).toMatchObject([{ id: 'a', reason: 'provider_unavailable', detail: expect.stringContaining('connect') }]);
		expect(messages()).toMatchObject([{ state: 'failed' }]);
	});

	test('that were lost while their message waited keep it from going out without them', async () => {
		const [item] = await people(['ann@example.org']);
		const { port } = smtp;
		smtp.port = await closedPort();
		// Held before the node was given an attachment.
		await run(inCampaign(), [item as IDataObject]);
		smtp.port = port as number;
		const clock = store().clock as { now: () => number };
		const real = clock.now.bind(clock);
		clock.now = () => real() + 60_000;
		const { node } = await store().call('registerNode', { workflowId: 'workflow-1', nodeId: 'node-2', name: 'Email', type: 'n8n-nodes-campaigns.email' });
		const { release } = await store().call('claimRelease', { node, limit: 500 });
		const released = await run(inCampaign({ attachments: 'invoice' }), [{ campaignRelease: { token: release?.token as string } }]);
		expect(released.json('Email', 1)).toMatchObject([{ reason: 'personalization_failed', detail: 'The attachment "invoice" was not kept while the message waited' }]);
		expect(server.received).toEqual([]);
	});
});

describe('settings', () => {
	test.each([
		['no sender', { fromEmail: ' ' }, 'From Email: "" is not an email address'],
		['a sender that is none', { fromEmail: 'Hotel <news@example.com>' }, 'From Email'],
		['no subject', { subject: ' ' }, 'no subject'],
		['no content', { html: '', text: '' }, 'no content'],
		['a copy that is no address', { options: { cc: 'desk@example.com, x' } }, 'CC: "x"'],
		['a link whose host is a value', { unsubscribeUrl: 'https://{{ Profile.host }}/u' }, 'must be fixed text'],
		['a link over http', { unsubscribeUrl: 'http://example.com/u' }, 'https://'],
		['a mistake in a template', { html: 'Hi\n{% if %}' }, 'line 2, column 6'],
	])('with %s nobody is sent to, and nothing is published', async (_name, parameters, why) => {
		const workflow = foreign(parameters);
		for (const mode of ['manual', 'trigger'] as const) expect((await run(workflow, [{ id: 'a', email: 'a@example.org' }], mode)).error?.message).toContain(why);
		await expect(publish({ workflow, nodes: NODES, credentials: { campaignsSmtpApi: smtp } })).rejects.toThrow(why);
		expect(server.connections()).toBe(0);
	});

	test('that are wrong keep the campaign from being published', async () => {
		const workflow = sending(own('Campaign', 'campaignTrigger', EVERYBODY_NOW), { subject: ' ' });
		await expect(publish({ workflow, nodes: NODES, credentials: { campaignsSmtpApi: smtp } })).rejects.toThrow('"Email": The email has no subject');
	});

	test('no provider is an error', async () => {
		const workflow = sending(base('Start', 'manualTrigger'), {}, []);
		await expect(publish({ workflow, nodes: NODES })).rejects.toThrow('"Email" has no provider.');
	});

	test('a provider of another channel is an error', async () => {
		const workflow = sending(base('Start', 'manualTrigger'), {}, [own('Twilio', 'twilioSmsProvider', { from: '+15005550006' })]);
		await expect(publish({ workflow, nodes: [Email, TwilioSmsProvider], credentials: { campaignsTwilioApi: {} } })).rejects.toThrow('"Twilio" cannot send the messages of "Email": it is for another channel.');
	});
});
