import { examine } from '../../engine/personalization/check';
import { isPersonalized } from '../../engine/personalization/fixed';
import { compile, type CompiledTemplate, type Escape } from '../../engine/personalization/liquid';
import type { ValueUse } from '../../engine/personalization/uses';
import { CampaignError } from '../../engine/errors';
import type { Store } from '../../engine/store/store';

/**
 * A text of a sender that is written anew for each person. Each sender lists its own once, and from that list they are
 * compiled, checked at publish and explained in Preview.
 */
export interface PersonalizedText {
	/** Tells them apart within the node. */
	name: string;
	/** What the operator sees above the field. */
	label: string;
	text: string;
	/** Default none. */
	escape?: Escape;
	/** Longest text a rendering may give, in characters. */
	maxLength?: number;
	/** Variables it may begin with beside Profile, Event and ConstantEventProperty. */
	roots?: readonly string[];
}

/** What templates see beside Profile, Event and ConstantEventProperty: `renderInput` supplies it. Names of linked content are checked by themselves. */
const SUPPLIED = ['Item', 'Linked'];

/** Problems named at once. */
const MOST_PROBLEMS = 5;

/** Reads the texts of a node, once per batch. @returns by their names. Throws a CampaignError that names every mistake. */
export function compileTexts<Name extends string>(
	texts: ReadonlyArray<PersonalizedText & { name: Name }>,
	missing: 'fail' | 'empty',
): Record<Name, CompiledTemplate> {
	try {
		return Object.fromEntries(texts.map(({ name, text, escape, maxLength }) => [name, compile(text, { missing, escape, maxLength })])) as Record<Name, CompiledTemplate>;
	} catch (error) {
		return refuseWithPlaces(texts, error);
	}
}

/** Compiling ends at the first mistake and knows no field. */
function refuseWithPlaces(texts: readonly PersonalizedText[], error: unknown): never {
	refuseBadTexts(texts);
	throw error;
}

/** Throws a CampaignError that names every mistake by which nobody could be sent to, with its field and place. */
export function refuseBadTexts(texts: readonly PersonalizedText[]): void {
	const problems = texts.flatMap((text) => examineText(text).problems.map(({ message, line, column }) => `${placeOf(text, line, column)}: ${message}`));
	if (problems.length === 0) return;
	const more = problems.length > MOST_PROBLEMS ? `; and ${problems.length - MOST_PROBLEMS} more` : '';
	throw new CampaignError('invalid_template', `${problems.slice(0, MOST_PROBLEMS).join('; ')}${more}`, 'Correct these places: nobody can be sent to as it stands.');
}

/**
 * Throws a CampaignError when a text that is the same for everybody is personalized: it would go out as it was typed.
 * @param label what the operator sees above the field
 * @param why such as "Global key-value pairs are the same in every message"
 */
export function refusePersonalized(label: string, text: string, why: string): void {
	if (!isPersonalized(text)) return;
	throw new CampaignError('not_personalized', `${label}: ${why}. Values of people cannot be put into it.`, 'Write fixed text, or use a field that is personalized. "@@" stands for an "@" that is meant as such.');
}

export interface WarningOptions {
	missing: 'fail' | 'empty';
	/** Names of the events that `Event` may be; empty: there is none; absent: nobody knows. */
	events?: readonly string[];
	/** Properties that whoever is sent to has. */
	always?: readonly string[];
}

/** What may be wrong in texts without mistakes, for the operator, each with its field and place: names the store has never seen, and values without a default. */
export async function textWarnings(store: Store, texts: readonly PersonalizedText[], options: WarningOptions): Promise<string[]> {
	const examined = texts.map((text) => ({ text, ...examineText(text) }));
	const strangers = examined.flatMap(({ text, strangers: list }) => list.map(({ message, line, column }) => `${placeOf(text, line, column)}: ${message}`));
	const uses = examined.flatMap(({ text, uses: list }) => list.map((use) => ({ text, use })));
	if (uses.length === 0) return strangers;
	const { events = [] } = options;
	const unknown = await store.ask('unknownValues', { values: uses.map(({ use: { of, property } }) => ({ of, property })), events });
	const byUse = Map.groupBy(unknown, ({ index }) => index);
	const warnings = uses.flatMap(({ text, use }, index) => {
		const why = whyWarn(use, byUse.get(index)?.[0], options);
		return why === undefined ? [] : [`${placeOf(text, use.line, use.column)}: ${why}`];
	});
	return [...new Set([...strangers, ...warnings])];
}

function whyWarn(use: ValueUse, unknown: { message: string; nearest?: string } | undefined, { missing, events, always = [] }: WarningOptions): string | undefined {
	const isNeeded = use.needed && missing === 'fail';
	if (use.of === 'Event' && events?.length === 0 && !use.hasDefault) return `there is no event here, so nobody has ${use.written}${isNeeded ? ', and nobody will be sent to' : ''}`;
	// Whoever gave a default has thought of people without it, but not of having mistyped it.
	if (unknown && (!use.hasDefault || unknown.nearest !== undefined)) return `${unknown.message}${isNeeded ? ' There is no default: whoever lacks it is not sent to.' : ''}`;
	const isThere = (use.of === 'Profile' && ['id', ...always].includes(use.property)) || (use.of === 'Event' && use.property === 'name');
	return isNeeded && !isThere ? `${use.written} has no default: whoever lacks it is not sent to` : undefined;
}

function examineText({ text, roots = [] }: PersonalizedText): ReturnType<typeof examine> {
	return examine(text, [...SUPPLIED, ...roots]);
}

function placeOf({ label }: PersonalizedText, line: number, column: number): string {
	return `${label}, line ${line}, column ${column}`;
}
