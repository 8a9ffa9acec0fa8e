import { NodeOperationError, type IDataObject, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';

import type { EventInput, IngestInput, ProfileInput } from '../../engine/people/records';
import type { Store } from '../../engine/store/store';
import { toNodeError } from '../shared/errors';
import { outputItem } from '../shared/items';
import { fieldOf, isBlank, namesIn, propertiesOf, type PropertySource } from '../shared/item-fields';

/** Records of one ingestion. */
const SLICE = 1_000;

interface UpsertOptions {
	anonymousIdField?: string;
	blanks?: 'keep' | 'remove';
	emailField?: string;
	identifyByEmail?: boolean;
	optedOutField?: string;
	phoneField?: string;
	timeField?: string;
	timezoneField?: string;
}

interface TrackOptions {
	anonymousIdField?: string;
	messageIdField?: string;
}

/** Creates or updates one person per item. */
export async function upsertPeople(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	const options = context.getNodeParameter('upsertOptions', 0, {}) as UpsertOptions;
	const { emailField = 'email', phoneField = 'phone', timezoneField = 'timezone', optedOutField = 'optedOut', blanks = 'keep' } = options;
	const userIdField = context.getNodeParameter('userIdField', 0) as string;
	const source = sourceOf(context, [userIdField, options.anonymousIdField, emailField, phoneField, timezoneField, optedOutField, options.timeField], blanks);
	const given = (item: IDataObject, field: string | undefined): unknown => {
		const value = fieldOf(item, field);
		if (!isBlank(value)) return value;
		return blanks === 'remove' && value !== undefined ? null : undefined;
	};
	const toProfile = (item: IDataObject): ProfileInput => ({
		id: (given(item, userIdField) ?? undefined) as string | undefined,
		anonymousId: (given(item, options.anonymousIdField) ?? undefined) as string | undefined,
		email: given(item, emailField) as string | null | undefined,
		phone: given(item, phoneField) as string | null | undefined,
		timezone: given(item, timezoneField) as string | null | undefined,
		optedOut: (given(item, optedOutField) ?? undefined) as ProfileInput['optedOut'],
		ts: (given(item, options.timeField) ?? undefined) as string | undefined,
		properties: propertiesOf(item, source),
	});
	return await ingestItems(context, store, (items) => ({ profiles: items.map(toProfile), identifyByEmail: options.identifyByEmail === true }));
}

/** Stores one event per item. */
export async function trackEvents(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	const { anonymousIdField, messageIdField } = context.getNodeParameter('trackOptions', 0, {}) as TrackOptions;
	const [userIdField, timeField, eventName] = ['userIdField', 'timeField', 'eventName'].map((name) => context.getNodeParameter(name, 0, '') as string);
	const eventNameField = eventName ? undefined : (context.getNodeParameter('eventNameField', 0) as string);
	const source = sourceOf(context, [userIdField, timeField, eventNameField, anonymousIdField, messageIdField], 'keep');
	const historical = context.getNodeParameter('historical', 0) === true;
	// Empty cells of a table say nothing.
	const given = (item: IDataObject, field: string | undefined) => (isBlank(fieldOf(item, field)) ? undefined : (fieldOf(item, field) as string));
	const toEvent = (item: IDataObject): EventInput => ({
		user: given(item, userIdField),
		anonymousId: given(item, anonymousIdField),
		messageId: given(item, messageIdField),
		name: eventName || (fieldOf(item, eventNameField) as string),
		ts: given(item, timeField),
		properties: propertiesOf(item, source),
	});
	return await ingestItems(context, store, (items) => ({ events: items.map(toEvent), historical }));
}

function sourceOf(context: IExecuteFunctions, used: Array<string | undefined>, blanks: PropertySource['blanks']): PropertySource {
	return {
		from: context.getNodeParameter('propertiesFrom', 0) as PropertySource['from'],
		names: namesIn(context.getNodeParameter('propertyFields', 0, '')),
		field: context.getNodeParameter('propertiesField', 0, 'properties') as string,
		used: new Set(used.flatMap((field) => (field ? [field] : []))),
		blanks,
	};
}

/** Stores all items, a thousand at a time, and passes them on. Refused ones become error items, or fail the node when all is stored. */
async function ingestItems(context: IExecuteFunctions, store: Store, toInput: (items: IDataObject[]) => IngestInput): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	const output: INodeExecutionData[] = [];
	const refused = new Map<number, string>();
	for (let start = 0; start < items.length; start += SLICE) {
		const slice = items.slice(start, start + SLICE);
		// Through JSON: dates and other objects of other nodes become what they look like.
		const plain = slice.map(({ json }) => JSON.parse(JSON.stringify(json)) as IDataObject);
		const result = await store.call('ingest', toInput(plain));
		for (const { index, reason } of result.refused) refused.set(start + index, reason);
		slice.forEach((item, index) => output.push(passOn(context, item, start + index, refused.get(start + index))));
	}
	const [first] = refused;
	if (first && !context.continueOnFail()) {
		throw new NodeOperationError(context.getNode(), `${refused.size} of ${items.length} items were refused, the first because ${first[1]}`, {
			itemIndex: first[0],
			description: 'The other items have been stored. To go on with them, set "On Error" in the settings of this node to continue.',
			level: 'warning',
		});
	}
	return output;
}

function passOn(context: IExecuteFunctions, item: INodeExecutionData, index: number, reason: string | undefined): INodeExecutionData {
	if (reason === undefined) return outputItem(item.json, index);
	const error = toNodeError(context.getNode(), new NodeOperationError(context.getNode(), `The item was refused because ${reason}`, { itemIndex: index, level: 'warning' }));
	return { json: { ...item.json, error: error.message }, error, pairedItem: { item: index } };
}
