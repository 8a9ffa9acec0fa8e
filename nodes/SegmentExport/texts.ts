import type { PersonalizedText } from '../shared/personalized-texts';
import type { Pair, SegmentExportSettings } from './settings';

/** What is written anew for each person: the name of the event, the context, and the values of the key-value pairs. */
export function segmentTexts({ event, context, traits, properties }: Pick<SegmentExportSettings, 'event' | 'context' | 'traits' | 'properties'>): PersonalizedText[] {
	const ofPairs = (kind: PairKind, pairs: readonly Pair[]): PersonalizedText[] =>
		pairs.map(({ key, value, type }, index) => ({ name: pairName(kind, index), label: `Value of "${key}"`, text: value, escape: type === 'json' ? 'json' : 'none' }));
	return [
		{ name: 'event', label: 'Event', text: event },
		{ name: 'context', label: 'Context (JSON)', text: context, escape: 'json' },
		...ofPairs('trait', traits),
		...ofPairs('property', properties),
	];
}

type PairKind = 'trait' | 'property';

/** The name of the text of a pair. */
export function pairName(kind: PairKind, index: number): string {
	return `${kind} ${index}`;
}
