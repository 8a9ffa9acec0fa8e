/** One step of the schema. Applied once, in order of version, in one transaction under a lock. Never edited after a release. */
export interface Migration {
	readonly version: number;
	readonly name: string;
	/** DDL with the tokens {id} {int} {blob} {keyed} {strict}, see 001-foundation; where the stores differ, one of each. */
	readonly statements: ReadonlyArray<string | Readonly<Partial<Record<'sqlite' | 'postgres', string>>>>;
}
