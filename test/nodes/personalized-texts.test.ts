import type { INodeParameters } from 'n8n-workflow';

import { isPersonalized } from '../../engine/personalization/fixed';
import { refusePersonalized, textWarnings, type PersonalizedText } from '../../nodes/shared/personalized-texts';
import { CAMPAIGN_NODES, campaignItems, chain, EVERYBODY_NOW, own, rowsOfStore, startSmsProviders, workflowOf, type SmsProviders } from '../support/campaign-workflow';
import { execute, publish } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';
import { until } from '../support/until';

const store = useNodeStore();

const text = (written: string): PersonalizedText[] => [{ name: 'message', label: 'Message', text: written }];

describe('what an operator is warned of', () => {
	beforeEach(async () => {
		await store().ingest({
			profiles: [{ id: 'p1', phone: '+14155550100', properties: { name: 'Ann', address: { city: 'Lyon' } } }],
			events: [{ user: 'p1', name: 'Add to Cart', properties: { eventName: 'Hamlet' } }],
		});
	});

	it.each<[string, string[]]>([
		['{{ Profile.id }} {{ Profile.name | default: "x" }} @Add to Cart - eventName | default: "y"', []],
		['{% if Profile.name %}@Profile - name{% endif %}', []],
		['{{ Profile.name }}', ['Message, line 1, column 4: Profile.name has no default: whoever lacks it is not sent to']],
		['a\n  @Profile - address.city!', ['Message, line 2, column 3: @Profile - address.city has no default: whoever lacks it is not sent to']],
		['{{ Profile.nmae }}', ['Message, line 1, column 4: no property of people is called "nmae" so far; did you mean "name"? There is no default: whoever lacks it is not sent to.']],
		['{{ Profile.nmae | default: "x" }}', ['Message, line 1, column 4: no property of people is called "nmae" so far; did you mean "name"?']],
		['{{ Profile.shoeSizeInEurope | default: "x" }}', []],
		['@Ad to Cart - eventName | default: "x"', ['Message, line 1, column 1: no event is called "Ad to Cart" so far; did you mean "Add to Cart"?']],
		['@Add to Cart - evntName | default: "x"', ['Message, line 1, column 1: no property of Add to Cart is called "evntName" so far; did you mean "eventName"?']],
		['{{ Event.eventName }}', ['Message, line 1, column 4: there is no event here, so nobody has Event.eventName, and nobody will be sent to']],
		['{{ nmae }}', [expect.stringContaining('Message, line 1, column 4: Unknown variable "nmae"') as string]],
	])('%s', async (written, warnings) => {
		expect(await textWarnings(store(), text(written), { missing: 'fail', events: [] })).toEqual(warnings);
	});

	it('of less, where values may be missing, and of the event where there is one', async () => {
		expect(await textWarnings(store(), text('{{ Profile.name }}{{ Profile.phone }}'), { missing: 'empty' })).toEqual([]);
		expect(await textWarnings(store(), text('{{ Profile.phone }}'), { missing: 'fail', always: ['phone'] })).toEqual([]);
		expect(await textWarnings(store(), text('{{ Event.evntName | default: "x" }}{{ Event.name }}'), { missing: 'fail', events: ['add to cart'] })).toEqual(['Message, line 1, column 4: no property of add to cart is called "evntName" so far; did you mean "eventName"?']);
	});
});

describe('text that is the same for everybody', () => {
	it.each([['plain', false], ['me@example.com', false], ['@home', false], ['@@Profile - x', false], ['{{ Profile.x }}', true], ['{% if a %}', true], ['@Profile - x', true], ['a @Add to Cart - b | default: "x"', true]])('%s', (written, personalized) => {
		expect(isPersonalized(written)).toBe(personalized);
		const refuse = () => refusePersonalized('Key-Value Pairs', written, 'they are the same in every message');
		if (personalized) expect(refuse).toThrow('Key-Value Pairs: they are the same in every message');
		else expect(refuse).not.toThrow();
	});
});

describe('in a campaign', () => {
	it('values of events by their names are those of the latest, whether or not one brought people in', async () => {
		await store().ingest({
			events: [
				{ user: 'p1', name: 'Add to Cart', ts: Date.now() - 60_000, properties: { eventName: 'Hamlet' } },
				{ user: 'p1', name: 'Add to Cart', ts: Date.now() - 90_000, properties: { eventName: 'Older' } },
				{ user: 'p3', name: 'Charged', properties: { amount: 7 } },
			],
		});
		const items = await campaignItems(store(), 3);
		const [, second] = items;
		Object.assign(second ?? {}, { event: { name: 'add to cart', properties: { eventName: 'Own' } } });
		const { workflow, ...rest } = options({ message: '@Add to Cart - eventName | default: "nothing", @Charged - amount | default: 0' });
		const live = await execute({ ...rest, workflow, items, mode: 'trigger', start: 'SMS' });
		expect(live.error).toBeUndefined();
		expect(providers.sent.map(({ body }) => body).sort()).toEqual(['Hamlet, 0', 'Own, 0', 'nothing, 7']);
		const dry = await execute({ ...rest, workflow, items: [{ user: { id: 'p1', phone: '+14155550100' } }, { user: { id: 'x', phone: '+14155550101' } }], mode: 'manual', start: 'SMS' });
		expect(dry.json('SMS')).toMatchObject([{ preview: { sms: { wouldSend: { body: 'Hamlet, 0' } } } }, { preview: { sms: { wouldSend: { body: 'nothing, 0' } } } }]);
	});

	let providers: SmsProviders;
	beforeEach(async () => {
		providers = await startSmsProviders();
		await store().ingest({ profiles: [{ id: 'p1', phone: '+14155550100', properties: { name: 'Ann' } }] });
	});
	afterEach(async () => {
		await providers.close();
	});

	const campaign = (parameters: INodeParameters) => {
		const nodes = [own('Campaign', 'campaignTrigger', EVERYBODY_NOW), own('SMS', 'sms', parameters), ...providers.nodes];
		return workflowOf(nodes, [['Campaign', 'SMS'], ...providers.lines()]);
	};
	const options = (parameters: INodeParameters) => ({ workflow: campaign(parameters), nodes: CAMPAIGN_NODES, credentials: providers.credentials });

	it('mistakes refuse publishing, all of them with their places, and nobody sets out', async () => {
		const published = publish(options({ message: 'Hi {{ Profile.name | shout }},\n@Profile - city | default: there' }));
		await expect(published).rejects.toThrow('"SMS": Message, line 1, column 4: undefined filter: shout; Message, line 2, column 1: the value after "default:" has to be in straight quotes');
		expect(rowsOfStore().run ?? []).toEqual([]);
	});

	it('a run by hand says what may be wrong, at the trigger and at the sender, and what would be refused', async () => {
		const message = 'Hi @Profile - nmae | default: "you", {{ Profile.name }}';
		const unknown = 'Message, line 1, column 4: no property of people is called "nmae" so far; did you mean "name"?';
		const needed = 'Message, line 1, column 41: Profile.name has no default: whoever lacks it is not sent to';
		const result = await execute({ ...options({ message }), items: [{}] });
		expect(result.hints('Campaign')).toEqual(expect.arrayContaining([`"SMS": ${unknown}`, `"SMS": ${needed}`]));
		expect(result.hints('SMS')).toEqual(expect.arrayContaining([unknown, needed]));
		expect(result.json('SMS')).toMatchObject([{ preview: { sms: { wouldSend: { body: 'Hi you, Ann' } } } }]);
		const bad = await execute({ ...options({ message: '{{ Profile.name | shout }}' }), items: [{}] });
		expect(bad.hints('Campaign')).toContainEqual('"SMS": it cannot be published like this: Message, line 1, column 1: undefined filter: shout');
		expect(bad.error?.message).toContain('Message, line 1, column 1: undefined filter: shout');
	});

	it('what may be wrong does not keep it from being published', async () => {
		const published = await publish(options({ message: 'Hi {{ Profile.name }}' }));
		await until('the message', () => providers.sent.length > 0);
		await published.close();
		expect(providers.sent.map(({ body }) => body)).toEqual(['Hi Ann']);
	});
});

it('the address of a webhook is not personalized', async () => {
	const workflow = chain(own('Campaign', 'campaignTrigger', EVERYBODY_NOW), own('Hook', 'webhookSender', { url: 'https://example.com/{{ Profile.id }}' }));
	await expect(publish({ workflow, nodes: CAMPAIGN_NODES })).rejects.toThrow('"Hook": URL: the address is the same for everybody. Values of people cannot be put into it.');
});
