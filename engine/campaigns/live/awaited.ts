import { eventKey } from '../../segments/event-key';
import { compileOperator, type OperatorContext } from '../../segments/operators';
import { pathReader } from '../../segments/paths';
import { elements, textOf } from '../../segments/values';
import { storable } from '../../storable';
import type { AwaitedEvent, LiveTrigger } from './trigger';

type Properties = Record<string, unknown>;

/** Whether properties are those of an event that is awaited. */
export type PropertiesTest = (properties: Properties) => boolean;

/** One event that a trigger waits for, ready to be tested. */
export interface CompiledEvent {
	/** As `eventKey` writes the name. */
	key: string;
	test: PropertiesTest;
}

export function compileAwaited({ event, where }: AwaitedEvent, context: OperatorContext): CompiledEvent {
	const conditions = where.map(({ property, is, value }) => ({ read: pathReader(property), test: compileOperator(is, value, context) }));
	return { key: eventKey(event), test: (properties) => conditions.every(({ read, test }) => test(read(properties))) };
}

/** The events that bring somebody in. Of dates of people: none. */
export function firstEvents(live: LiveTrigger): AwaitedEvent[] {
	if (live.kind === 'action') return live.events;
	if (live.kind === 'inaction') return live.first;
	return live.of === 'profile' ? [] : [live.of.event];
}

/** Longest value that is held the same, as in segments, and most of them of one event. */
const VALUE_LENGTH = 512;
const MOST_VALUES = 20;

/**
 * The different values of a property that is held the same, as they are compared; where none is, the one empty value. A
 * text that a client cut short within a character must not keep all events after it from being read.
 */
export function heldValues(property: string | undefined, properties: Properties): string[] {
	if (property === undefined) return [''];
	const texts = elements(pathReader(property)(properties)).flatMap((value) => storable(textOf(value) ?? ''));
	return [...new Set(texts)].filter((text) => text !== '' && text.length <= VALUE_LENGTH).slice(0, MOST_VALUES);
}
