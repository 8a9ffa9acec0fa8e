import type { IExecuteFunctions } from 'n8n-workflow';
import type { SmsMessage } from '../../../engine/channels/provider';
import type { Channel } from '../../../engine/people/records';
import { collectProviders, providersOf, sortProviders, type SuppliedProvider } from '../../../nodes/shared/provider-group';
import { attemptGroup } from '../../../engine/delivery/attempt';
import { attemptOptions } from '../../support/exchange';

const supplied = (name: string, priority: number, x: number, error?: string, channel: Channel = 'sms'): SuppliedProvider<SmsMessage> => ({ channel, name, priority, position: [x, 0], secrets: [], error, report: () => undefined });

const connectedTo = (connected: unknown) => ({ getInputConnectionData: async () => connected }) as unknown as IExecuteFunctions;

describe('the order of a group', () => {
	it.each([
		['priority', [supplied('b', 2, 0), supplied('a', 1, 900)], ['a', 'b']],
		['then the place on the canvas, from left to right', [supplied('right', 1, 500), supplied('left', 1, -20), supplied('middle', 1, 100)], ['left', 'middle', 'right']],
		['then the name', [supplied('b', 1, 5), supplied('a', 1, 5)], ['a', 'b']],
	])('%s', (_name, group, names) => {
		expect(sortProviders(group).map(({ name }) => name)).toEqual(names);
		expect(sortProviders([...group].reverse()).map(({ name }) => name)).toEqual(names);
	});
});

describe('collectProviders', () => {
	it('sorts what is connected', async () => {
		expect((await collectProviders<SmsMessage>(connectedTo([supplied('b', 2, 0), supplied('a', 1, 0)]), 'sms')).map(({ name }) => name)).toEqual(['a', 'b']);
	});

	it('takes a single one', async () => expect(await collectProviders<SmsMessage>(connectedTo(supplied('a', 1, 0)), 'sms')).toHaveLength(1));

	it('one of another channel stands in its place as broken', async () => {
		const group = await collectProviders<SmsMessage>(connectedTo([supplied('letters', 1, 0, undefined, 'email'), supplied('a', 2, 0)]), 'sms');
		expect(group).toMatchObject([{ name: 'letters', error: expect.stringContaining('"letters" is a provider of email, and cannot send sms') }, { name: 'a' }]);
		expect(group[0]?.provider).toBeUndefined();
	});

	it.each([
		['none', [], /No provider is connected/],
		['nothing', undefined, /No provider is connected/],
		['something else', [{ invoke: () => 'x' }], /No provider is connected/],
		['eleven', Array.from({ length: 11 }, (_, i) => supplied(`p${i}`, 1, i)), /11 providers/],
	])('refuses %s', async (_name, connected, why) => {
		await expect(collectProviders<SmsMessage>(connectedTo(connected), 'sms')).rejects.toThrow(why);
	});
});

it('a provider that could not be set up refuses in its place and says why', async () => {
	const { options, close } = attemptOptions<never>();
	const result = await attemptGroup(providersOf([supplied('broken', 1, 0, 'Node does not have any credentials set')]), {} as never, options);
	expect(result).toMatchObject({ outcome: 'failed', reason: 'provider_auth', attempts: [{ provider: 'broken', code: 'misconfigured', detail: 'Node does not have any credentials set' }] });
	close();
});
