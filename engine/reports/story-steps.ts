import { conversionsOf } from '../goals/conversions';
import { goalsOf } from '../goals/goal';
import { sendsOf } from '../goals/sends';
import { isMergedKey } from '../holds/enter-block';
import { HoldState } from '../holds/states';
import type { QuestionContext } from '../questions';
import type { Tx } from '../store/database';
import { notLetInAgain } from './let-in-again';
import type { RunHead } from './runs';
import { receiptSteps } from './story-receipts';
import { reasonWords, timeWords } from './words';

/** One thing that happened to somebody on their way through a run. */
export interface StoryStep {
	/** Epoch milliseconds. */
	at: number;
	/** In plain words. */
	text: string;
}

export interface StoryEntry {
	entry: number;
	person: number;
	entry_key: string;
	qualified_at: number;
	/** Name of the event that made a live entry. */
	event: string | null;
}

interface HoldRow {
	node: string;
	state: HoldState;
	due_at: number;
	held_at: number;
	attempts: number;
}

interface DroppedRow {
	node: string;
	reason: string;
	detail: string | null;
	dropped_at: number;
}

interface MessageRow {
	node: string;
	channel: string;
	state: string;
	reason: string | null;
	detail: string | null;
	provider: string | null;
	provider_id: string | null;
	claimed_at: number;
	sent_at: number | null;
	settled_at: number | null;
	refused_since: number | null;
}

/** A person's steps through one run, in the order of time; at one instant, in the order of cause. */
export async function stepsOf(tx: Tx, head: RunHead, entries: StoryEntry[], context: QuestionContext): Promise<StoryStep[]> {
	const list = JSON.stringify(entries.map(({ entry }) => [entry]));
	const of = `entry IN (SELECT entry FROM ${tx.dialect.rows('$1', { entry: 'integer' })} AS wanted)`;
	const holds = await tx.all<HoldRow>(
		`SELECT n.name AS node, h.state, h.due_at, h.held_at, h.attempts FROM hold h JOIN node n ON n.node = h.node WHERE h.${of} ORDER BY h.visit, h.hold`,
		[list],
	);
	const messages = await tx.all<MessageRow>(
		`SELECT n.name AS node, m.channel, m.state, m.reason, m.detail, m.provider, m.provider_id, m.claimed_at, m.sent_at, m.settled_at, m.refused_since
		 FROM message m JOIN node n ON n.node = m.node WHERE m.${of} ORDER BY m.message`,
		[list],
	);
	const dropped = await tx.all<DroppedRow>(
		`SELECT n.name AS node, d.reason, d.detail, d.dropped_at FROM dropped d JOIN node n ON n.node = d.node WHERE d.${of} ORDER BY d.visit`,
		[list],
	);
	const steps = [
		...entries.map(qualifiedStep),
		...holds.flatMap((hold) => holdSteps(hold, context.zone)),
		...messages.flatMap(messageSteps),
		...(await receiptSteps(tx, head.run, list)),
		...dropped.map(droppedStep),
		...(await notLetInAgain(tx, head, entries, context)),
		...(await conversionSteps(tx, head, entries, context)),
	];
	// Stable: what happened at one instant stays in the order of this list.
	return steps.sort((a, b) => a.at - b.at);
}

function qualifiedStep({ qualified_at, event, entry_key }: StoryEntry): StoryStep {
	if (isMergedKey(entry_key)) return { at: qualified_at, text: 'Qualified once more, under another profile that is now part of this one' };
	return { at: qualified_at, text: event === null ? 'Qualified for the run' : `Qualified by the event "${event}"` };
}

function holdSteps({ node, state, due_at, held_at, attempts }: HoldRow, zone: string): StoryStep[] {
	if (state === HoldState.passedAtOnce) return [{ at: held_at, text: `Passed "${node}"` }];
	const steps: StoryStep[] = [];
	if (due_at > held_at) steps.push({ at: held_at, text: `Held at "${node}" until ${timeWords(due_at, zone)}` });
	const released = Math.max(due_at, held_at);
	if (state === HoldState.done) steps.push({ at: released, text: `Went on from "${node}"` });
	if (state === HoldState.claimed) steps.push({ at: released, text: `Went on from "${node}"; that execution has not ended yet` });
	if (state === HoldState.waiting && due_at <= held_at) steps.push({ at: held_at, text: `Waits at "${node}"` });
	if (attempts > 0) steps.push({ at: held_at, text: `Executions after "${node}" failed ${attempts === 1 ? 'once' : `${attempts} times`}` });
	return steps;
}

function droppedStep({ node, reason, detail, dropped_at }: DroppedRow): StoryStep {
	const where = reason === 'left_workflow' ? `after "${node}"` : `at "${node}"`;
	return { at: dropped_at, text: `Ended ${where}, not sent: ${reasonWords(reason, detail)}` };
}

function messageSteps(message: MessageRow): StoryStep[] {
	const { node, channel, state, reason, detail, provider, provider_id, claimed_at, sent_at, settled_at, refused_since } = message;
	const by = provider === null ? '' : ` by ${provider}`;
	const settled = settled_at ?? claimed_at;
	switch (state) {
		case 'sent':
			return [{ at: sent_at ?? settled, text: `Message (${channel}) of "${node}" sent${by}${provider_id === null ? '' : `, its id there is ${provider_id}`}` }];
		case 'unknown':
			return [{ at: settled, text: `Message (${channel}) of "${node}" given${by ? ` to ${provider}` : ' away'}: ${reasonWords(reason, detail)}` }];
		case 'failed':
		case 'not_sent':
			return [{ at: settled, text: `Message (${channel}) of "${node}" not sent${by}: ${reasonWords(reason, detail)}` }];
		case 'held':
			return [{ at: claimed_at, text: `Message (${channel}) of "${node}" waits${refused_since === null ? '' : ' for a provider'}${detail ? `: ${detail}` : ''}` }];
		default:
			return [{ at: sent_at ?? claimed_at, text: `Message (${channel}) of "${node}" is being sent` }];
	}
}

async function conversionSteps(tx: Tx, head: RunHead, entries: StoryEntry[], context: QuestionContext): Promise<StoryStep[]> {
	const goals = await goalsOf(tx, head.workflowId, head.startedAt);
	const steps: StoryStep[] = [];
	for (const person of goals.length === 0 ? [] : new Set(entries.map((entry) => entry.person))) {
		const sends = await sendsOf(tx, head.run, person);
		for await (const page of conversionsOf(tx, sends, goals, context)) {
			steps.push(...page.map(({ event, at, revenue }) => ({ at, text: `Converted: "${event}"${revenue === undefined ? '' : `, revenue ${revenue}`}` })));
		}
	}
	return steps;
}
