import type { SmsMessage } from '../../engine/channels/provider';
import type { SenderSupply } from '../../engine/channels/sms/needs';
import { PAIR_GROUPS, type PairGroup } from '../../engine/channels/sms/pairs';
import { fixedText, isPersonalized } from '../../engine/personalization/fixed';
import type { CompiledTemplate, RenderInput, RenderResult } from '../../engine/personalization/liquid';

export interface Pair {
	name: string;
	value: string;
}

/** Template variables and key-value pairs of the node, as they were typed. */
export interface SmsPairs {
	templateId: string;
	templateVariables: string[];
	pairs: Record<PairGroup, Pair[]>;
}

type Refused = Extract<RenderResult, { ok: false }>;

/** What of a message is written from them. */
export type Written = Pick<SmsMessage, 'templateVariables' | 'keyValues' | 'headerPairs' | 'globalPairs'>;

/** Reads the node's parameters, which are the same for every item. `parameterOf` gives them as they were typed. */
export function readPairs(parameterOf: (name: string) => unknown): SmsPairs {
	const { variable = [] } = (parameterOf('templateVariables') ?? {}) as { variable?: Array<{ value?: unknown }> };
	const given = (parameterOf('keyValues') ?? {}) as Partial<Record<PairGroup, Array<{ name?: unknown; value?: unknown }>>>;
	const pairs = PAIR_GROUPS.map((group) => {
		const typed = (given[group] ?? []).map(({ name, value }) => ({ name: String(name ?? '').trim().replace(/^\$\$/, ''), value: String(value ?? '') }));
		return [group, typed.filter(({ name }) => name !== '')] as const;
	});
	return {
		templateId: String(parameterOf('templateId') ?? '').trim(),
		templateVariables: variable.map(({ value }) => String(value ?? '')),
		pairs: Object.fromEntries(pairs) as SmsPairs['pairs'],
	};
}

/** The name of one of several texts of a kind. */
export function textName(kind: 'variable' | 'body' | 'header', index: number): string {
	return `${kind} ${index}`;
}

/** What the node supplies its providers with. */
export function supplyOf({ templateId, templateVariables, pairs }: SmsPairs): SenderSupply {
	const groups = PAIR_GROUPS.map((group) => [group, pairs[group].map(({ name, value }) => ({ name, personalized: isPersonalized(value) }))] as const);
	return { templateId: templateId !== '', templateVariables: templateVariables.length > 0, pairs: Object.fromEntries(groups) as unknown as SenderSupply['pairs'] };
}

/**
 * How variables and pairs are written; global values are the same in every message.
 * @param templates of `smsTexts`, by name
 */
export function pairWriter({ templateVariables, pairs }: SmsPairs, templates: Readonly<Record<string, CompiledTemplate>>): (input: RenderInput) => { ok: true; written: Written } | Refused {
	const compiled = (kind: 'variable' | 'body' | 'header', names: readonly string[]) => names.map((name, index) => [name, templates[textName(kind, index)] as CompiledTemplate] as const);
	const namesOf = (list: readonly Pair[]) => list.map(({ name }) => name);
	const lists = [compiled('variable', templateVariables), compiled('body', namesOf(pairs.body)), compiled('header', namesOf(pairs.header))];
	const globalPairs = pairs.global.length > 0 && { globalPairs: Object.fromEntries(pairs.global.map(({ name, value }) => [name, fixedText(value)])) };
	return (input) => {
		const texts: Array<Array<[string, string]>> = [];
		for (const list of lists) {
			const written: Array<[string, string]> = [];
			for (const [name, template] of list) {
				const rendered = template.render(input);
				if (!rendered.ok) return rendered;
				written.push([name, rendered.text]);
			}
			texts.push(written);
		}
		const [variables = [], body = [], header = []] = texts;
		return {
			ok: true,
			written: {
				...(variables.length > 0 && { templateVariables: variables.map(([, text]) => text) }),
				...(body.length > 0 && { keyValues: Object.fromEntries(body) }),
				...(header.length > 0 && { headerPairs: Object.fromEntries(header) }),
				...globalPairs,
			},
		};
	};
}
