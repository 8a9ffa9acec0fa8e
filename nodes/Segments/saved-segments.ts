import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { SavedSegment, SavedSegmentWithUses } from '../../engine/segments/saved/read';
import type { Uses } from '../../engine/segments/saved/uses';
import type { Store } from '../../engine/store/store';
import { eachItem, textAt } from '../shared/each-item';
import { outputItem } from '../shared/items';
import { nameOf } from '../shared/name-fields';
import { readSegment } from '../shared/segment-parameters';

/** Saves the segment of the parameters, under a name per item. */
export async function saveSegments(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	return await eachItem(context, async (index) => {
		const description = textAt(context, 'description', index).trim();
		const saved = await store.call('saveSegment', {
			name: textAt(context, 'name', index),
			rule: readSegment(context, index).rule,
			...(description !== '' && { description }),
		});
		return { ...shown(await store.ask('savedSegment', { reference: saved.id })), created: saved.created };
	});
}

export async function getSegment(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	return await eachItem(context, async (index) => shown(await store.ask('savedSegment', { reference: referenceAt(context, index) })));
}

/** All of them, whatever items there are. */
export async function getSegments(_context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	return (await store.ask('savedSegments', undefined)).map((segment) => outputItem(shown(segment), 0));
}

export async function renameSegments(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	return await eachItem(context, async (index) => {
		const renamed = await store.call('renameSegment', { reference: referenceAt(context, index), name: textAt(context, 'newName', index) });
		return { ...renamed };
	});
}

export async function deleteSegments(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	return await eachItem(context, async (index) => {
		const removal = { reference: referenceAt(context, index), evenIfUsed: context.getNodeParameter('evenIfUsed', index, false) === true };
		return { ...(await store.call('deleteSegment', removal)), deleted: true };
	});
}

function referenceAt(context: IExecuteFunctions, index: number): string {
	return nameOf(context.getNodeParameter('segment', index));
}

function shown(segment: SavedSegment | SavedSegmentWithUses): IDataObject {
	const { id, name, description, sentence, rule, createdAt, updatedAt } = segment;
	return {
		id,
		name,
		description,
		segment: sentence,
		rule: rule as unknown as IDataObject,
		...('usedBy' in segment && { usedBy: usesShown(segment.usedBy) }),
		createdAt: new Date(createdAt).toISOString(),
		updatedAt: new Date(updatedAt).toISOString(),
	};
}

function usesShown({ segments, workflows }: Uses): IDataObject {
	const withTimes = workflows.map(({ lastRunAt, ...use }) => ({ ...use, ...(lastRunAt !== undefined && { lastRunAt: new Date(lastRunAt).toISOString() }) }));
	return { segments: segments.map((segment) => ({ ...segment })), workflows: withTimes };
}
