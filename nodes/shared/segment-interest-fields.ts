import type { INodeProperties } from 'n8n-workflow';

import { nameField } from './name-fields';

type Shown = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** What a person mostly does: of what, how strongly, and the hour, day or value that is meant. */
export function interestFields(show: Shown): INodeProperties[] {
	const of = (interestOf: string) => ({ show: { ...show, interestOf: [interestOf] } });
	return [
		{
			displayName: 'Interest In',
			name: 'interestOf',
			type: 'options',
			noDataExpression: true,
			options: [
				{ name: 'Day of the Week', value: 'dayOfWeek', description: 'On which days the person does it' },
				{ name: 'Hour of the Day', value: 'hourOfDay', description: 'At which hours the person does it' },
				{ name: 'Value of a Property', value: 'property', description: 'Which value the events have, such as a genre' },
			],
			default: 'hourOfDay',
			displayOptions: { show },
		},
		nameField({ displayName: 'Property', name: 'interestProperty', list: 'searchEventProperties', required: true, displayOptions: of('property') }),
		{
			displayName: 'How Strongly',
			name: 'interestIs',
			type: 'options',
			noDataExpression: true,
			options: [
				{ name: 'Predominantly', value: 'predominantly', description: 'Nothing else is more frequent' },
				{ name: 'At Least Some Percent of the Time', value: 'at_least' },
			],
			default: 'predominantly',
			displayOptions: { show },
		},
		{
			displayName: 'Percent',
			name: 'interestPercent',
			type: 'number',
			noDataExpression: true,
			typeOptions: { minValue: 0, maxValue: 100 },
			default: 50,
			displayOptions: { show: { ...show, interestIs: ['at_least'] } },
		},
		{
			displayName: 'Hour',
			name: 'interestHour',
			type: 'number',
			noDataExpression: true,
			typeOptions: { minValue: 0, maxValue: 23 },
			default: 18,
			displayOptions: of('hourOfDay'),
			description: 'From 0 to 23: 18 is from 18:00 to 18:59, in the time zone of the account',
		},
		{
			displayName: 'Day',
			name: 'interestDay',
			type: 'options',
			noDataExpression: true,
			options: DAYS.map((name, index) => ({ name, value: index + 1 })),
			default: 1,
			displayOptions: of('dayOfWeek'),
		},
		{
			displayName: 'Value',
			name: 'interestValue',
			type: 'string',
			noDataExpression: true,
			default: '',
			placeholder: 'e.g. rock',
			displayOptions: of('property'),
		},
	];
}
