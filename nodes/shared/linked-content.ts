import { NodeConnectionTypes, type IDataObject, type IExecuteFunctions, type INodeInputConfiguration, type ITriggerFunctions } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';
import type { LinkedAnswer } from '../../engine/personalization/linked/answer';
import type { LinkedContent, LinkedResult } from '../../engine/personalization/linked/linked-content';
import { linkedNames } from '../../engine/personalization/linked/mentions';
import { RequestBuilder } from '../../engine/personalization/linked/request';
import { REASONS } from '../../engine/reasons';
import type { Store } from '../../engine/store/store';
import { readLinkedDefinition } from '../LinkedContent/read-definition';
import { renderInput } from './personalize';
import type { Recipient } from './recipients';
import type { Sender } from './sender';

/** Most APIs of one sender. */
const MOST = 10;

/** Where a sender takes the APIs that its messages have values from. No node of n8n's own puts out this type. */
export const linkedContentInput: INodeInputConfiguration = {
	type: NodeConnectionTypes.AiAgent,
	displayName: 'Linked Content',
	maxConnections: MOST,
	filter: { nodes: ['n8n-nodes-campaigns.linkedContent'] },
};

/** What a Linked Content sub-node hands to its sender. */
export interface SuppliedLinkedContent {
	readonly content: LinkedContent;
	/** Whether a run by hand asks, too. */
	readonly askInManualRuns: boolean;
	/** Shows on the canvas what was done. Once per execution. */
	report(): void;
}

type NodeLike = Pick<ReturnType<IExecuteFunctions['getNode']>, 'name'> & { parameters?: unknown };

/**
 * The names that a sender's templates mention. Throws a CampaignError when one of them is not connected, or cannot work.
 * A sender that mentions none costs no more than a look at its texts.
 */
export function checkLinkedContent(context: IExecuteFunctions | ITriggerFunctions, sender: NodeLike): string[] {
	const names = [...new Set(textsOf(sender.parameters).flatMap(linkedNames))];
	if (names.length === 0) return [];
	const connected = context.getParentNodes(sender.name, { connectionType: NodeConnectionTypes.AiAgent, depth: 1, includeNodeParameters: true }).filter(({ disabled }) => !disabled);
	const known = connected.map(({ parameters }) => nameIn(parameters));
	for (const name of names) {
		if (!known.includes(name)) throw unknownName(sender.name, name, known);
		if (known.indexOf(name) !== known.lastIndexOf(name)) throw new CampaignError('linked_content_name', `Two Linked Content nodes below "${sender.name}" have the name ${name}`, 'Give one of them another name.');
	}
	for (const { name, parameters } of connected) {
		const complaint = complaintOf(() => new RequestBuilder(readLinkedDefinition((parameter) => parameters?.[parameter])));
		if (complaint) throw new CampaignError(complaint.code, `"${name}": ${complaint.message}`, complaint.hint);
	}
	return names;
}

function nameIn(parameters: IDataObject | undefined): string {
	return String(parameters?.apiName ?? '').trim();
}

function unknownName(sender: string, name: string, known: string[]): CampaignError {
	const there = known.length === 0 ? 'None is connected' : `Connected are: ${known.join(', ')}`;
	return new CampaignError('unknown_linked_content', `"${sender}" takes values from Linked.${name}, and there is no linked content of that name. ${there}`, 'Connect a Linked Content node with this name below the sender, or correct the name in the template.');
}

function complaintOf(make: () => unknown): CampaignError | undefined {
	try {
		make();
		return undefined;
	} catch (error) {
		return error as CampaignError;
	}
}

/** Every text among parameters that n8n does not evaluate itself. */
function textsOf(value: unknown): string[] {
	if (typeof value === 'string') return value.startsWith('=') ? [] : [value];
	return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

/** The APIs that the messages of this execution take values from; undefined where they take none. */
export async function linkedContentOf(context: IExecuteFunctions, store: Store): Promise<LinkedContents | undefined> {
	const names = checkLinkedContent(context, context.getNode());
	if (names.length === 0) return undefined;
	const supplied = [await context.getInputConnectionData(NodeConnectionTypes.AiAgent, 0)].flat() as SuppliedLinkedContent[];
	return new LinkedContents(supplied.filter(({ content }) => names.includes(content.name)), () => store.clock.now(), context.getMode() === 'manual');
}

/** What the messages of one execution take from APIs. */
export class LinkedContents {
	constructor(
		private readonly supplied: readonly SuppliedLinkedContent[],
		private readonly now: () => number,
		private readonly byHand: boolean,
	) {}

	/** The sender, whose recipients get their answers before their messages are written. */
	addTo<Message>(sender: Sender<Message>): Sender<Message> {
		return {
			...sender,
			fetchNamed: this.supplied.flatMap(({ content }) => content.named),
			prepare: async (recipient) => await this.fetch(recipient),
			foresee: async (recipient) => await this.foresee(recipient),
			render: (recipient, messageId, now) => {
				const rendered = sender.render(recipient, messageId, now);
				// A message may wait long for its turn, and answers may be large.
				recipient.linked = undefined;
				return rendered;
			},
		};
	}

	report(): void {
		for (const one of this.supplied) one.report();
	}

	private async fetch(recipient: Recipient): ReturnType<NonNullable<Sender<unknown>['prepare']>> {
		const input = renderInput(recipient, this.now());
		const results = await Promise.all(this.supplied.map(async ({ content }) => [content.name, await content.answer(input, this.now)] as const));
		const failed = results.map(([, result]) => result).find((result) => !result.ok);
		if (failed) return failed;
		recipient.linked = Object.fromEntries(results.map(([name, result]) => [name, (result as Extract<LinkedResult, { ok: true }>).answer]));
		return undefined;
	}

	private async foresee(recipient: Recipient): ReturnType<NonNullable<Sender<unknown>['foresee']>> {
		const input = renderInput(recipient, this.now());
		const shown: IDataObject = {};
		const answers: Record<string, LinkedAnswer> = {};
		let instead: IDataObject | undefined;
		for (const { content, askInManualRuns } of this.supplied) {
			const { name } = content;
			const preview = content.preview(input);
			if (this.byHand && askInManualRuns) {
				const result = await content.answer(input, this.now);
				shown[name] = { ...('wouldAsk' in preview && { asked: preview.wouldAsk }), ...(result.ok ? { status: result.answer.http_status_code ?? null } : { failed: result.detail }) };
				if (result.ok) answers[name] = result.answer;
				else instead ??= { wouldNotSend: REASONS[result.reason], detail: result.detail };
				continue;
			}
			if ('ok' in preview) {
				shown[name] = { failed: preview.detail };
				instead ??= { wouldNotSend: REASONS[preview.reason], detail: preview.detail };
				continue;
			}
			shown[name] = { wouldAsk: preview.wouldAsk, ...(preview.answer && { shownWith: 'Default JSON' }) };
			if (preview.answer) answers[name] = preview.answer;
			else instead ??= { notShown: `The message takes values from the answer of ${name}, which is not asked in a dry run. "Ask in Manual Runs" of that node lets a run by hand ask.` };
		}
		recipient.linked = answers;
		return { shown, instead };
	}
}
