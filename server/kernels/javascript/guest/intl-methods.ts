/** Which classes of `Intl` the guest has, and which of their methods it may ask the host for, beside `resolvedOptions`. */

export const INTL_METHODS = {
  Collator: 'compare',
  DateTimeFormat: 'format formatRange formatRangeToParts formatToParts',
  DisplayNames: 'of',
  ListFormat: 'format formatToParts',
  NumberFormat: 'format formatRange formatRangeToParts formatToParts',
  PluralRules: 'select selectRange',
  RelativeTimeFormat: 'format formatToParts',
  Segmenter: 'segment',
} as const;

/** Characters of what the host is asked to look at at once. */
export const MAX_INTL_TEXT = 50_000;
