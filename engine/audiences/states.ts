/**
 * Where a row of identifiers is. `present`: the ad network has said that it has it. `adding`: it is to be sent, and may have been.
 * `leaving`: it is to be taken back, and may have been. Whatever is cut off is done again by the next run: that does no harm.
 */
export const MemberState = { present: 0, adding: 1, leaving: 2 } as const;

export type MemberState = (typeof MemberState)[keyof typeof MemberState];
