import type { IDataObject } from 'n8n-workflow';

import { parseJson } from '../../engine/channels/http/json-path';
import { CampaignError } from '../../engine/errors';
import { nameOf } from '../shared/name-fields';
import { refuseBadTexts } from '../shared/personalized-texts';
import { segmentTexts } from './texts';

/** A key-value pair whose value is a template; `type` is what its text becomes. */
export interface Pair {
	key: string;
	value: string;
	type: 'text' | 'number' | 'json';
}

/** What the node says, as it was typed. */
export interface SegmentExportSettings {
	identify: boolean;
	track: boolean;
	/** Names of properties, and of the traits they become; `all`: everything that is known. */
	attributes: 'all' | Array<{ property: string; trait: string }>;
	tokens: 'all' | 'lastActive' | 'none';
	traits: Pair[];
	event: string;
	eventProperties: boolean;
	properties: Pair[];
	context: string;
	integrations?: Record<string, unknown>;
	timestamp: 'now' | 'event';
}

interface Options {
	context?: string;
	integrations?: string;
	timestamp?: 'now' | 'event';
}

/** Reads the node's parameters, which are the same for every item; hidden ones are null or absent. Throws a CampaignError when nothing could be sent with them. */
export function readSegmentExportSettings(parameterOf: (name: string) => unknown): SegmentExportSettings {
	const parameter = <T>(name: string, fallback: T): T => (parameterOf(name) as T | null | undefined) ?? fallback;
	const calls = parameter<'identify' | 'track' | 'both'>('calls', 'identify');
	const [identify, track] = [calls !== 'track', calls !== 'identify'];
	const { context = '', integrations = '', timestamp = 'now' } = parameter<Options>('options', {});
	const settings: SegmentExportSettings = {
		identify,
		track,
		attributes: attributesOf(parameter('attributes', 'chosen'), parameter('chosen', {})),
		tokens: parameter<SegmentExportSettings['tokens']>('tokens', 'none'),
		traits: identify ? pairsOf('Further Traits', parameter('traits', {})) : [],
		event: track ? String(parameter('event', '')) : '',
		eventProperties: parameter('eventProperties', true),
		properties: track ? pairsOf('Properties', parameter('properties', {})) : [],
		context,
		integrations: integrations.trim() === '' ? undefined : objectOf('Destinations (JSON)', integrations),
		timestamp,
	};
	if (track && settings.event.trim() === '') throw new CampaignError('segment_event', 'The track call has no event', 'Write the name of one into "Event".');
	refuseBadTexts(segmentTexts(settings));
	return settings;
}

function attributesOf(which: 'all' | 'chosen' | 'none', { attribute = [] }: { attribute?: Array<{ property?: unknown; name?: string }> }): SegmentExportSettings['attributes'] {
	if (which === 'all') return 'all';
	if (which === 'none') return [];
	const chosen = attribute.map(({ property, name = '' }) => ({ property: nameOf(property).trim(), trait: name.trim() || nameOf(property).trim() }));
	if (chosen.some(({ property }) => property === '')) throw new CampaignError('segment_attribute', 'One of the "Attributes" names no property', 'Choose one, or remove the line.');
	refuseTwice('Attributes', chosen.map(({ trait }) => trait));
	return chosen;
}

function pairsOf(field: string, { pair = [] }: { pair?: Array<Partial<Pair>> }): Pair[] {
	const pairs = pair.map(({ key = '', value = '', type = 'text' }) => ({ key: key.trim(), value: String(value), type }));
	if (pairs.some(({ key }) => key === '')) throw new CampaignError('segment_pair', `One of the "${field}" has no key`, 'Write one, or remove the pair.');
	refuseTwice(field, pairs.map(({ key }) => key));
	return pairs;
}

function refuseTwice(field: string, names: string[]): void {
	const twice = names.find((name, index) => names.indexOf(name) !== index);
	if (twice !== undefined) throw new CampaignError('segment_name_twice', `"${twice}" stands twice in "${field}"`, 'Remove one, or give it another name.');
}

function objectOf(field: string, text: string): IDataObject {
	const value = parseJson(text);
	if (isPlainObject(value)) return value;
	throw new CampaignError('segment_json', `"${field}" is no JSON object`, 'Write one, such as { "All": false, "Mixpanel": true }.');
}

export function isPlainObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
