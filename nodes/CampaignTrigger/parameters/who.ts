import type { INodeProperties } from 'n8n-workflow';

const MINUTES = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 };
export type GapUnit = keyof typeof MINUTES;

export function gapMs(amount: number, unit: GapUnit): number {
	return amount * MINUTES[unit];
}

/** Who of those that qualify gets it: control groups, limits, safety check. */
export const whoParameters: INodeProperties[] = [
	{
		displayName: 'Who Gets It',
		name: 'who',
		type: 'collection',
		placeholder: 'Add Limit or Control Group',
		noDataExpression: true,
		default: {},
		description: 'Of those who qualify. Without anything here everybody gets it, but for the control group of the account.',
		options: [
			{
				displayName: 'At Most Messages to One Person, Ever',
				name: 'mostEver',
				type: 'number',
				typeOptions: { minValue: 1, numberPrecision: 0 },
				default: 1,
				description: 'Messages of this campaign, over all its runs',
			},
			{
				displayName: 'Control Group (Percent)',
				name: 'controlPercent',
				type: 'number',
				typeOptions: { minValue: 2, maxValue: 99 },
				default: 10,
				description: 'So many of those who qualify are not sent to, always the same people. Reports compare what they do with what the others do.',
			},
			{
				displayName: 'Custom Control Groups',
				name: 'customControlGroups',
				type: 'string',
				default: '',
				placeholder: 'e.g. Winter 2026, Holdout',
				description: 'Names of control groups kept by the Campaign Settings node, separated by commas. Their members are not sent to.',
			},
			{
				displayName: 'Everybody Must Get It',
				name: 'everybody',
				type: 'boolean',
				default: true,
				description: 'Whether the members of the account\'s control group are sent to as well, as with order confirmations',
			},
			{
				displayName: 'Exclude From Global Limits',
				name: 'outsideGlobalLimits',
				type: 'boolean',
				default: true,
				description: 'Whether messages of this campaign are neither limited by the account\'s limits nor counted for them',
			},
			{
				displayName: 'Minimum Gap Between Two Messages',
				name: 'minimumGap',
				type: 'fixedCollection',
				default: {},
				placeholder: 'Add Gap',
				description: 'Least time between two messages of this campaign to one person',
				options: [
					{
						displayName: 'Gap',
						name: 'gap',
						values: [
							{ displayName: 'Amount', name: 'amount', type: 'number', typeOptions: { minValue: 1 }, default: 1, description: 'How many of the unit' },
							{
								displayName: 'Unit',
								name: 'unit',
								type: 'options',
								options: [
									{ name: 'Days', value: 'days' },
									{ name: 'Hours', value: 'hours' },
									{ name: 'Minutes', value: 'minutes' },
								],
								default: 'days',
								description: 'Of the amount; a day is 24 hours',
							},
						],
					},
				],
			},
			{
				displayName: 'Most People in Total',
				name: 'total',
				type: 'number',
				typeOptions: { minValue: 100, numberPrecision: 0 },
				default: 1000,
				description: 'Over all runs since the first one with a limit. At least 100.',
			},
			{
				displayName: 'Most People per Day',
				name: 'perDay',
				type: 'number',
				typeOptions: { minValue: 100, numberPrecision: 0 },
				default: 1000,
				description: 'On one day of the account. At least 100. Who finds no place is not sent to on another day.',
			},
			{
				displayName: 'Most People per Run',
				name: 'perRun',
				type: 'number',
				typeOptions: { minValue: 100, numberPrecision: 0 },
				default: 1000,
				description: 'Drawn at random from those who qualify; of a live campaign, or one that people are added to, whoever comes first over its whole run. At least 100.',
			},
			{
				displayName: 'Safety Check (People)',
				name: 'safetyCheck',
				type: 'number',
				typeOptions: { minValue: 1, numberPrecision: 0 },
				default: 100000,
				description: 'A run with more people does not start, and leaves by Alert. Not where people come in one by one: live, or added.',
			},
		],
	},
];
