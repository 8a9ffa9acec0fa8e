import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { sendTest, testMessageId, type TestOutcome } from '../../engine/delivery/send-test';
import { REASONS, type Reason } from '../../engine/reasons';
import type { Store } from '../../engine/store/store';
import { giveHints } from './hints';
import { outputItem } from './items';
import { readNamedEvents } from './named-events';
import type { Recipient } from './recipients';
import type { SenderOutputs } from './sender-outputs';
import type { Sender } from './sender';
import { testAddresses } from './test-addresses';
import { readTest, type TestSettings } from './test-parameters';
import { testPerson, type TestPerson } from './test-person';

/** Executions of this process that have sent their test, by execution and node: n8n may come to a node again in the same run. */
const done = new Set<string>();
const MOST_REMEMBERED = 1_000;

/** Why there is no message to send. */
interface Refused {
	reason: Reason;
	detail?: string;
}

/** Output of a sender, by what became of a test. */
const OUTPUT = { sent: 0, not_sent: 1, unknown: 2 } as const;

/**
 * Sends the test that a sender is set to: in a run by hand, once per run, one message to each address. Everything else of
 * the run stays dry. What became of each is put out before everybody else.
 */
export async function runTest<Message>(context: IExecuteFunctions, sender: Sender<Message>, store: Store, outputs: SenderOutputs): Promise<void> {
	if (context.getMode() !== 'manual') return;
	const settings = readTest(context, sender.channel);
	if (!settings || !sender.markTest) return;
	const addresses = testAddresses(sender.channel, settings.to);
	const items = context.getInputData().map(({ json }, index) => ({ json, index })).filter(({ json }) => !isTestResult(json));
	const person = await testPerson(context, store, settings, items, sender.complete);
	if (!beginOnce(context)) return;
	await readNamedEvents([person.recipient], sender, store);
	const results: TestOutcome[] = [];
	for (const address of addresses) {
		const { json, result } = await sendOne(sender, settings, person, address, store.clock.now());
		results.push(result);
		outputs[OUTPUT[result.outcome]].push(outputItem(json, person.recipient.item ?? 0));
	}
	report(context, results, person);
}

/** Whether this is the first time in this execution; it counts as sent from here on, whatever becomes of it. */
function beginOnce(context: IExecuteFunctions): boolean {
	const key = `${context.getExecutionId()} ${context.getNode().id}`;
	if (done.has(key)) return false;
	if (done.size >= MOST_REMEMBERED) done.delete(done.values().next().value as string);
	done.add(key);
	return true;
}

async function sendOne<Message>(
	sender: Sender<Message>,
	{ mark }: TestSettings,
	{ recipient }: TestPerson,
	to: string,
	now: number,
): Promise<{ json: IDataObject; result: TestOutcome }> {
	const messageId = testMessageId();
	const aimed: Recipient = { ...recipient, to };
	const address = sender.address(aimed);
	const missing = address.ok ? await sender.prepare?.(aimed) : address;
	const rendered = missing ?? sender.render(aimed, messageId, now);
	const message = 'message' in rendered ? (sender.markTest?.(rendered.message, mark) ?? rendered.message) : undefined;
	const result = 'message' in rendered ? await sendTest(message as Message, async (...sent) => await sender.send(...sent)) : refused(rendered as Refused);
	const { outcome, reason, detail, provider, providerId, attempts } = result;
	const shownReason = reason ?? 'test';
	const json: IDataObject = {
		test: true,
		outcome,
		provider,
		messageId,
		...(providerId !== null && { providerMessageId: providerId }),
		channel: sender.channel,
		to,
		as: recipient.user.id ?? null,
		reason: shownReason,
		reasonText: REASONS[shownReason],
		...(detail && { detail }),
		...(message !== undefined && { message: sender.show(message) }),
		...(attempts.length > 1 && { attempts: attempts as unknown as IDataObject[] }),
	};
	return { json, result };
}

function refused({ reason, detail }: Refused): TestOutcome {
	return { outcome: 'not_sent', reason, detail: detail ?? null, provider: null, providerId: null, attempts: [] };
}

function report(context: IExecuteFunctions, results: TestOutcome[], { note }: TestPerson): void {
	const of = (outcome: TestOutcome['outcome']) => results.filter((result) => result.outcome === outcome).length;
	const words = [`${of('sent')} of ${results.length} test messages sent`];
	if (of('not_sent') > 0) words.push(`${of('not_sent')} not sent (see Not sent)`);
	if (of('unknown') > 0) words.push(`${of('unknown')} with unknown outcome (see Unknown)`);
	const message = `${words.join(', ')}. They count nowhere. "Send Test" stays on until you switch it off: the next run by hand sends again.`;
	giveHints(context, [message], of('sent') === results.length ? 'info' : 'warning');
	giveHints(context, note ? [note] : [], 'warning');
}

/** Whether an item tells of a test of a sender before this one: it is nobody to be sent to. */
export function isTestResult({ test, outcome, messageId }: IDataObject): boolean {
	return test === true && typeof outcome === 'string' && Object.hasOwn(OUTPUT, outcome) && typeof messageId === 'string' && messageId.startsWith('test-');
}

/** Puts out what tests of earlier senders came to, and gives the other items with their places. */
export function passTestResults(context: IExecuteFunctions, outputs: SenderOutputs): ReadonlySet<number> {
	const results = new Set<number>();
	if (context.getMode() !== 'manual') return results;
	context.getInputData().forEach(({ json }: INodeExecutionData, index) => {
		if (!isTestResult(json)) return;
		results.add(index);
		outputs[0].push(outputItem(json, index));
	});
	return results;
}
