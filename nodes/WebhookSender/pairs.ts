import { isHeaderValue } from '../../engine/channels/http/headers';
import { withParameters } from '../../engine/channels/http/url-template';
import { checkWebhookHeaders } from '../../engine/channels/webhook/headers';
import { CampaignError } from '../../engine/errors';
import { isPersonalized } from '../../engine/personalization/fixed';
import type { NamedTemplate } from '../../engine/personalization/linked/definition';
import type { CompiledTemplate, RenderInput, RenderResult } from '../../engine/personalization/liquid';
import { refusePersonalized, type PersonalizedText } from '../shared/personalized-texts';

/** What a call carries beside its body. */
export interface WebhookPairs {
	headers: NamedTemplate[];
	query: NamedTemplate[];
}

export type Templates = Readonly<Record<string, CompiledTemplate>>;

type Refused = Extract<RenderResult, { ok: false }>;

/** What of a call is written from the pairs. */
type Written = { ok: true; headers: Record<string, string>; url: string } | Refused;

type Kind = 'header' | 'query';

const LABELS: Record<Kind, string> = { header: 'Header', query: 'Query parameter' };

/** Longest value, in characters: servers refuse longer lines. */
const LONGEST_LINE = 8_000;

/** Reads the node's parameters as they were typed. */
export function readWebhookPairs(parameterOf: (name: string) => unknown): WebhookPairs {
	const list = (name: string) => ((parameterOf(name) ?? {}) as { pairs?: Array<{ name?: unknown; value?: unknown }> }).pairs ?? [];
	const read = (name: string) => list(name).map((pair) => ({ name: String(pair.name ?? '').trim(), value: String(pair.value ?? '') })).filter(({ name: given, value }) => given !== '' || value !== '');
	return { headers: read('headers'), query: read('query') };
}

/** The name of the text of a pair. */
function textName(kind: Kind, index: number): string {
	return `${kind} ${index}`;
}

/** What of the pairs is written anew for each person. */
export function pairTexts({ headers, query }: WebhookPairs): PersonalizedText[] {
	const of = (kind: Kind, pairs: readonly NamedTemplate[]): PersonalizedText[] =>
		pairs.map(({ name, value }, index) => ({ name: textName(kind, index), label: `${LABELS[kind]} "${name}"`, text: value, maxLength: LONGEST_LINE }));
	return [...of('header', headers), ...of('query', query)];
}

/**
 * Throws a CampaignError when no call can carry the pairs. Mistakes in templates are found where they are compiled.
 * @param shared whether many people share a call
 */
export function checkPairs({ headers, query }: WebhookPairs, shared: boolean): void {
	checkWebhookHeaders(headers.map(({ name }) => name));
	const broken = headers.find(({ value }) => !isHeaderValue(value));
	if (broken) throw new CampaignError('webhook_header', `The value of the header ${broken.name} has a line break or another control character`, 'Write it on one line.');
	if (query.some(({ name }) => name === '')) throw new CampaignError('webhook_query', 'A query parameter has no name', 'Give it a name, or remove it.');
	for (const { name } of query) refusePersonalized(`Query parameter "${name}"`, name, 'names are the same for everybody');
	if (shared) refuseForMany('header', headers);
	if (shared) refuseForMany('query', query);
}

function refuseForMany(kind: Kind, pairs: readonly NamedTemplate[]): void {
	const personalized = pairs.find(({ value }) => isPersonalized(value));
	if (!personalized) return;
	throw new CampaignError('personalized_header', `${LABELS[kind]} "${personalized.name}" is personalized, but a call for many people says it once for all of them`, 'Write fixed text, or switch "Many People per Call" off.');
}

/**
 * How headers and query of each call are written. Values are percent-encoded after the question mark: none reaches scheme, host, port or path.
 * @param templates of `pairTexts`, by name
 */
export function webhookPairWriter({ headers, query }: WebhookPairs, templates: Templates): (url: string, input: () => RenderInput) => Written {
	if (headers.length + query.length === 0) return (url) => ({ ok: true, headers: {}, url });
	const compiled = (kind: Kind, pairs: readonly NamedTemplate[]) => pairs.map(({ name }, index) => [name, templates[textName(kind, index)] as CompiledTemplate] as const);
	const [ofHeaders, ofQuery] = [compiled('header', headers), compiled('query', query)];
	return (url, input) => {
		const seen = input();
		const lines = renderPairs(ofHeaders, seen);
		if (!lines.ok) return lines;
		const broken = lines.pairs.find(([, value]) => !isHeaderValue(value));
		if (broken) return { ok: false, reason: 'personalization_failed', detail: `The value of the header ${broken[0]} has a line break or another control character after the values were put in` };
		const parameters = renderPairs(ofQuery, seen);
		if (!parameters.ok) return parameters;
		return { ok: true, headers: Object.fromEntries(lines.pairs), url: withParameters(url, parameters.pairs.map(([name, value]) => ({ name, value }))) };
	};
}

/** The texts of templates, under their names, or why there is none of them. */
export function renderPairs(templates: ReadonlyArray<readonly [string, CompiledTemplate]>, input: RenderInput): { ok: true; pairs: Array<[string, string]> } | Refused {
	const pairs: Array<[string, string]> = [];
	for (const [name, template] of templates) {
		const rendered = template.render(input);
		if (!rendered.ok) return rendered;
		pairs.push([name, rendered.text]);
	}
	return { ok: true, pairs };
}
