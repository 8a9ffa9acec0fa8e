/**
 * A time zone of a run:
 * - `waiting`: for its own moment; `selected`: its people have been put on hold;
 * - `passed`: its moment had passed already when the run was published; its people are yet to be recorded as
 *   timezone_passed; `dropped`: they have been.
 */
export const ZoneState = { waiting: 'waiting', selected: 'selected', passed: 'passed', dropped: 'dropped' } as const;

export type ZoneState = (typeof ZoneState)[keyof typeof ZoneState];
