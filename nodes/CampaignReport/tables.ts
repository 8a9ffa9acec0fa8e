import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';
import { REASONS, type Reason } from '../../engine/reasons';
import { csvLines, toCsv } from '../../engine/reports/csv';
import type { PeopleCursor, PeoplePage, PersonOfRun } from '../../engine/reports/people-of-run';
import type { RunReport } from '../../engine/reports/run-report';
import type { RunHead } from '../../engine/reports/runs';
import type { Store } from '../../engine/store/store';
import { readLimit } from '../shared/limit';
import { ALL_RUNS, runsMeant, runsOf } from './target';

type Items = Promise<INodeExecutionData[]>;

const PAGE = 2_000;
const RUN_COLUMNS = ['campaignId', 'campaignName', 'run', 'runKey', 'state', 'scheduledAt', 'startedAt', 'finishedAt', 'qualified', 'pausedBecause'];
/** What providers report, where they do. */
const RECEIPT_COLUMNS = ['delivered', 'viewed', 'clicked', 'replied', 'bounced', 'complained', 'unsubscribed', 'resubscribed'] as const;
const REPORT_COLUMNS = [
	...RUN_COLUMNS, 'entered', 'waiting', 'heldNow', 'sent', 'unknown', 'notSent', 'failed', 'reasons',
	...RECEIPT_COLUMNS,
	'zonesWaiting', 'lastZone', 'lastZoneAt', 'nextZone', 'nextZoneAt', 'conversions', 'conversionEvents', 'revenue', 'conversionRatePercent',
	'controlPeople', 'controlConversions', 'controlRevenue', 'controlConversionRatePercent',
];
const PEOPLE_COLUMNS = ['run', 'id', 'outcome', 'reason', 'reasonText', 'detail', 'provider', 'messageId', 'sentAt'];

/** One item per run: its figures. */
export async function runReports(context: IExecuteFunctions, store: Store, index: number): Items {
	const rows: IDataObject[] = [];
	for (const run of await runsMeant(context, store, index)) {
		const report = await store.ask('runReport', { run });
		if (!report) {
			throw new CampaignError('run_unknown', `There is no run ${run} in this store.`, 'Use "Runs of a Campaign" to see which there are.');
		}
		rows.push(reportRow(report));
	}
	if (!wantsFile(context, index)) return rows.map(asItem);
	const flat = rows.map((row) => ({ ...row, reasons: Object.entries(row.reasons as IDataObject).map(([label, count]) => `${label}: ${String(count)}`).join('; ') }));
	return [await asFile(context, index, toCsv(flat, REPORT_COLUMNS), 'campaign-report', rows.length === 1 ? (rows[0] as IDataObject) : { rows: rows.length })];
}

/** One item per run: when it was, and for how many people. */
export async function campaignRuns(context: IExecuteFunctions, store: Store, index: number): Items {
	const rows = (await runsOf(context, store, index, readLimit(context, index) ?? ALL_RUNS)).map(headRow);
	if (!wantsFile(context, index)) return rows.map(asItem);
	return [await asFile(context, index, toCsv(rows, RUN_COLUMNS), 'campaign-runs', { rows: rows.length })];
}

/** One item per entry of the runs: what became of it, and why. */
export async function peopleReport(context: IExecuteFunctions, store: Store, index: number): Items {
	const runs = await runsMeant(context, store, index);
	const limit = readLimit(context, index) ?? Infinity;
	if (!wantsFile(context, index)) {
		const items: INodeExecutionData[] = [];
		for await (const page of pages(store, runs, limit)) items.push(...page.map(asItem));
		return items;
	}
	const parts = [Buffer.from(toCsv([], PEOPLE_COLUMNS))];
	let rows = 0;
	for await (const page of pages(store, runs, limit)) {
		parts.push(Buffer.from(csvLines(page, PEOPLE_COLUMNS)));
		rows += page.length;
	}
	return [await asFile(context, index, Buffer.concat(parts), 'campaign-people', { rows, runs })];
}

async function* pages(store: Store, runs: number[], limit: number): AsyncGenerator<IDataObject[]> {
	let left = limit;
	for (const run of runs) {
		let after: PeopleCursor | undefined;
		do {
			const page: PeoplePage = await store.ask('peopleOfRun', { run, after, limit: Math.min(left, PAGE) });
			const rows = page.people.slice(0, left).map((person) => personRow(person, run));
			left -= rows.length;
			yield rows;
			after = page.next;
		} while (after && left > 0);
		if (left <= 0) return;
	}
}

/** Nothing where no provider has reported anything: a zero would say that nobody got a message. */
function receiptFigures(receipts: RunReport['receipts']): IDataObject {
	if (Object.keys(receipts).length === 0) return {};
	return Object.fromEntries(RECEIPT_COLUMNS.map((status) => [status, receipts[status] ?? 0]));
}

function reportRow(report: RunReport): IDataObject {
	const counts = Object.entries(report.notSent) as Array<[Reason, number]>;
	const notSent = counts.reduce((total, [, count]) => total + count, 0);
	const { qualified, sent, waiting, unknown, conversionRate, pausedReason } = report;
	const paused = pausedReason === undefined ? '' : `Paused: ${pausedReason}. `;
	return {
		...headRow(report),
		entered: report.entered,
		waiting,
		heldNow: report.heldNow,
		sent,
		unknown,
		notSent,
		failed: report.failed,
		reasons: Object.fromEntries(counts.map(([reason, count]) => [REASONS[reason], count])),
		...(report.unaccounted > 0 && { unaccounted: report.unaccounted }),
		...receiptFigures(report.receipts),
		...(report.zones && zoneFigures(report.zones)),
		conversions: report.conversions,
		conversionEvents: report.conversionEvents,
		revenue: report.revenue,
		conversionRatePercent: percentOf(conversionRate),
		...(report.control && {
			controlPeople: report.control.people,
			controlConversions: report.control.conversions,
			controlRevenue: report.control.revenue,
			controlConversionRatePercent: percentOf(report.control.conversionRate),
		}),
		summary: `${paused}${qualified} qualified: ${sent} sent, ${notSent} not sent, ${waiting} waiting, ${unknown} unknown; ${report.conversions} converted`,
	};
}

/** Of a run that goes by people's time zones. */
function zoneFigures({ waiting, last, next }: NonNullable<RunReport['zones']>): IDataObject {
	return {
		zonesWaiting: waiting,
		lastZone: last?.zone ?? null,
		lastZoneAt: iso(last?.dueAt ?? null),
		nextZone: next?.zone ?? null,
		nextZoneAt: iso(next?.dueAt ?? null),
	};
}

function percentOf(rate: number | null): number | null {
	return rate === null ? null : Number((rate * 100).toFixed(2));
}

function headRow({ campaignId, campaignName, run, runKey, state, scheduledAt, startedAt, finishedAt, qualified, pausedReason }: RunHead): IDataObject {
	return {
		campaignId, campaignName, run, runKey, state, scheduledAt: iso(scheduledAt), startedAt: iso(startedAt), finishedAt: iso(finishedAt), qualified,
		...(pausedReason !== undefined && { pausedBecause: pausedReason }),
	};
}

function personRow({ reason, sentAt, ...person }: PersonOfRun, run: number): IDataObject {
	return { run, ...person, reason, reasonText: reason === null ? null : REASONS[reason], sentAt: iso(sentAt) };
}

export function iso(time: number | null): string | null {
	return time === null ? null : new Date(time).toISOString();
}

function wantsFile(context: IExecuteFunctions, index: number): boolean {
	return context.getNodeParameter('output', index) === 'csv';
}

function asItem(json: IDataObject): INodeExecutionData {
	return { json };
}

async function asFile(context: IExecuteFunctions, index: number, csv: string | Buffer, name: string, json: IDataObject): Promise<INodeExecutionData> {
	const field = String(context.getNodeParameter('binaryField', index));
	const file = await context.helpers.prepareBinaryData(Buffer.from(csv), `${name}.csv`, 'text/csv');
	return { json, binary: { [field]: file } };
}
