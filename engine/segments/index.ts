/** Segments: the rule and its check, the evaluator and what it reads, sentences, and the builder's form. */
export { builderToRule, type BuilderGroup, type BuilderSame, type BuilderValue } from './builder';
export type { BuilderCondition, BuilderFilter, ConditionType } from './builder-conditions';
export type { ValueFields } from './builder-values';
export { bucketOf } from './bucket';
export type { Batches, Column, ColumnSource, Dictionary, EventBatch, EventQuery, PeopleBatch, PeopleQuery, PersonRange } from './columns';
export type { RuleError } from './complaints';
export { UNITS, type Duration, type Unit } from './dates';
export { evaluate, type Limits } from './evaluate';
export { eventKey } from './event-key';
export { explain } from './explain';
export { matches, memorySource, type MemoryEvent, type MemoryPerson, type MemoryProfile } from './memory';
export { MEASURE_OPERATORS, OPERATORS, type MeasureOperatorName, type OperatorContext, type OperatorName, type ValueKindName } from './operators';
export { PROFILE_FIELDS } from './profile-fields';
export { find, matching, reach, type Reach } from './questions';
export * from './rule';
export { storeSource, type StoreSourceOptions } from './store-source';
export { unknownNames } from './unknown-names';
export { errorText, parseRule, requireRule } from './validate';
