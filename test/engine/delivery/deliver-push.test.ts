import { sendToDevices } from '../../../engine/channels/push/devices';
import type { PushMessage } from '../../../engine/channels/push/message';
import type { DirectProvider, ProviderOutcome } from '../../../engine/channels/provider';
import { deliver, type Delivered, type Delivery } from '../../../engine/delivery/deliver';
import type { Released } from '../../../engine/holds/release';
import type { Store } from '../../../engine/store/store';
import { addPeople, CAMPAIGN_ID, node, release, startRun } from '../../support/campaign';
import { attemptOptions } from '../../support/exchange';
import { content, fcmDevice } from '../../support/push';
import { describeStores } from '../../support/stores';

const sent: ProviderOutcome = { outcome: 'sent', providerId: 'id' };
const dead: ProviderOutcome = { outcome: 'recipient', reason: 'user_not_reachable', code: 'UNREGISTERED', detail: 'gone' };
const busy: ProviderOutcome = { outcome: 'refused', kind: 'transient', code: '503', detail: 'busy' };
const unknown: ProviderOutcome = { outcome: 'unknown', code: 'timeout', detail: 'no answer' };

/** Answers what comes of the n-th device; `hang`: never. */
class Scripted implements DirectProvider<PushMessage> {
	readonly kind = 'fcm';

	readonly label = 'FCM';

	readonly idempotent = false;

	readonly timeoutMs = 1_000;

	readonly retries = 1;

	asked = 0;

	constructor(
		private readonly outcomes: Array<ProviderOutcome | 'hang'>,
		private readonly onAsked: (count: number) => void = () => undefined,
	) {}

	async deliver(): Promise<ProviderOutcome> {
		const outcome = this.outcomes[this.asked++] ?? sent;
		this.onAsked(this.asked);
		return outcome === 'hang' ? await new Promise<never>(() => {}) : outcome;
	}
}

describeStores('one message to several devices, in the ledger', (fixture) => {
	let store: Store;
	let run: number;
	let sender: number;
	let person: Released;
	beforeEach(async () => {
		store = fixture().store;
		run = await startRun(store, await addPeople(store, 1));
		sender = await node(store, 'push');
		const first = await release(store, await node(store, 'trigger'));
		person = first?.people[0] as Released;
	});

	const send = async (provider: Scripted, at = store, more: Partial<Delivery<null>> = {}, overrides: { sleep?: () => Promise<void> } = {}): Promise<Delivered[]> => {
		const delivery: Delivery<null> = {
			entry: person.entry, visit: person.visit + 1, key: '', run: person.run, campaignId: CAMPAIGN_ID, person: person.person, since: person.heldAt,
			address: { ok: true, address: 'p1' }, render: () => ({ ok: true, message: null }), payload: null, ...more,
		};
		const { options, close } = attemptOptions<PushMessage>(overrides);
		try {
			return await deliver([delivery], {
				store: at, node: sender, channel: 'push', maxWaitMs: 3_600_000, canHold: true,
				send: async (_message, ledger) => (await sendToDevices([provider], { devices: [fcmDevice('1', 3), fcmDevice('2', 2), fcmDevice('3', 1)], content: content() }, { ...options, ...ledger })).result,
			});
		} finally {
			close();
		}
	};

	/** A process that dies while it waits for the answer of its n-th device. */
	async function dieAt(count: number, outcomes: Array<ProviderOutcome | 'hang'>): Promise<void> {
		const dying = await fixture().another();
		await new Promise<void>((reached) => {
			void send(new Scripted(outcomes, (asked) => asked === count && reached()), dying);
		});
		await dying.close();
	}

	it.each<[string, Array<ProviderOutcome | 'hang'>]>([
		['the first device got it', [sent, 'hang']],
		['the first device may have got it', [unknown, 'hang']],
		['a dead one, one that got it', [dead, sent, 'hang']],
		['one that got it, a dead one', [sent, dead, 'hang']],
	])('a process that dies when %s leaves it unknown, and nobody sends it again', async (_name, outcomes) => {
		await dieAt(outcomes.length, outcomes);
		const provider = new Scripted([]);
		expect(await send(provider)).toMatchObject([{ state: 'unknown' }]);
		expect(provider.asked).toBe(0);
	});

	it.each<[string, ProviderOutcome[], string]>([
		['unknown, when a device before it got the message', [sent, busy], 'unknown'],
		['unsent, when none did', [dead, busy], 'sent'],
	])('a process that dies while a refused device waits to be asked again leaves it %s', async (_name, outcomes, state) => {
		const dying = await fixture().another();
		await new Promise<void>((reached) => {
			const sleep = async () => {
				reached();
				return await new Promise<never>(() => {});
			};
			void send(new Scripted(outcomes), dying, {}, { sleep });
		});
		await dying.close();
		const provider = new Scripted([]);
		expect(await send(provider)).toMatchObject([{ state }]);
		expect(provider.asked).toBe(state === 'sent' ? 3 : 0);
	});

	it('is sent once for all devices, and counts once', async () => {
		const provider = new Scripted([dead, sent, sent]);
		expect(await send(provider)).toMatchObject([{ state: 'sent', provider: 'FCM' }]);
		expect(provider.asked).toBe(3);
		expect(await store.ask('runReport', { run })).toMatchObject({ sent: 1, unknown: 0 });
		expect((await store.call('getPerson', { name: { id: 'p1' } }))?.events.map(({ name }) => name)).toEqual(['Notification Sent']);
	});

	it('a cut-off between two devices leaves it sent', async () => {
		const provider = new Scripted([sent, sent]);
		const overruled = () => (provider.asked > 0 ? ({ kind: 'drop', reason: 'cut_off' } as const) : undefined);
		expect(await send(provider, store, { overruled })).toMatchObject([{ state: 'sent' }]);
		expect(provider.asked).toBe(1);
	});

	it('a cut-off after a dead device leaves it not sent, for that reason', async () => {
		const provider = new Scripted([dead, sent]);
		const overruled = () => (provider.asked > 0 ? ({ kind: 'drop', reason: 'cut_off' } as const) : undefined);
		expect(await send(provider, store, { overruled })).toMatchObject([{ state: 'not_sent', reason: 'cut_off' }]);
	});

	it('every device dead is a reason of its own', async () => expect(await send(new Scripted([dead, dead, dead]))).toMatchObject([{ state: 'failed', reason: 'user_not_reachable', detail: expect.stringContaining('UNREGISTERED') }]));
});
