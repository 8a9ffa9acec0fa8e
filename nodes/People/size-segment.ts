import { NodeOperationError, type IDataObject, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';

import { chartHtml, chartPng, chartSvg, type ChartData } from '../../engine/reports/chart/chart';
import type { Breakdown } from '../../engine/segments';
import type { Store } from '../../engine/store/store';
import { outputItem } from '../shared/items';
import { nameOf } from '../shared/name-fields';
import { useSegment } from '../shared/use-segment';

/** How many people a segment has, and how many of them each channel reaches. */
export async function estimateReach(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	const { rule } = await useSegment(context, store);
	const { qualified, reachable } = await store.ask('reach', { rule });
	return [outputItem({ qualified, reachable }, 0)];
}

/** A segment by a property: one item per row, or one item with a chart. */
export async function breakDown(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	const property = nameOf(context.getNodeParameter('property', 0)).trim();
	if (property === '') {
		throw new NodeOperationError(context.getNode(), 'No property is chosen', { description: 'Choose in Property by what the segment is to be broken down, for example city.' });
	}
	const most = context.getNodeParameter('rows', 0, 20) as number;
	const { rule } = await useSegment(context, store);
	const breakdown = await store.ask('breakdown', { rule, property, most });
	const output = context.getNodeParameter('chart', 0, 'none') as string;
	if (output === 'none') return rowsOf(breakdown).map((row) => outputItem(row, 0));
	const file = await chartFile(output, chartOf(breakdown));
	const data = await context.helpers.prepareBinaryData(file.content, `breakdown.${output}`, file.type);
	return [{ json: { property, by: breakdown.by, total: breakdown.total, rows: rowsOf(breakdown) }, binary: { data }, pairedItem: { item: 0 } }];
}

function rowsOf({ property, rows, other, missing, total }: Breakdown): IDataObject[] {
	const percent = (people: number) => (total === 0 ? 0 : Math.round((people / total) * 10_000) / 100);
	const row = (label: string, people: number, more: IDataObject = {}): IDataObject => ({ property, value: label, people, percent: percent(people), ...more });
	return [
		...rows.map(({ label, people, from, to }) => row(label, people, { ...(from !== undefined && { from, to }) })),
		...(other > 0 ? [row('Other values', other, { kind: 'other' })] : []),
		...(missing > 0 ? [row('No value', missing, { kind: 'missing' })] : []),
	];
}

function chartOf(breakdown: Breakdown): ChartData {
	const { property, total } = breakdown;
	return { title: `People by ${property}`, total, bars: rowsOf(breakdown).map(({ value, people }) => ({ label: String(value), people: people as number })) };
}

async function chartFile(kind: string, chart: ChartData): Promise<{ content: Buffer; type: string }> {
	if (kind === 'png') return { content: await chartPng(chart), type: 'image/png' };
	if (kind === 'html') return { content: Buffer.from(chartHtml(chart)), type: 'text/html' };
	return { content: Buffer.from(chartSvg(chart)), type: 'image/svg+xml' };
}
