// Uses of what the engine has of languages, places and dates, each once and with plenty of stack: what it reads and links
// for them stays unusable for all functions where that is first asked for with no stack left.

(function () {
  'use strict';
  const options = { dateStyle: 'full', timeStyle: 'long', timeZone: 'Asia/Tokyo' };
  for (const use of [
    () => Date.parse('Tue, 05 Nov 2024 10:00:00 GMT') + Date.parse('no date'),
    () => new Date(0).toLocaleString('en', { timeZone: 'Europe/Berlin' }),
    () => new Date(0).toLocaleDateString() + new Date(0).toLocaleTimeString('de') + new Date(0).toString(),
    () => new Date(0).toLocaleString('en', { timeZone: 'no zone' }),
    () => (12345.678).toLocaleString('de') + 12345678n.toLocaleString('en'),
    () => 'aé'.normalize('NFD').localeCompare('b', 'de') + 'ß'.toLocaleUpperCase('tr') + 'I'.toLocaleLowerCase('tr'),
    () => new Intl.NumberFormat('fr', { style: 'currency', currency: 'EUR' }).formatToParts(12.5),
    () => new Intl.NumberFormat('en', { notation: 'compact' }).format(12345),
    () => new Intl.NumberFormat('not a locale'),
    () => new Intl.NumberFormat('en', { style: 'currency', currency: 'x' }),
    () => new Intl.DateTimeFormat('ja', options).format(0),
    () => new Intl.DateTimeFormat('en', options).formatRange(0, 1e12),
    () => new Intl.ListFormat('en').format(['a', 'b']) + new Intl.PluralRules('ar').select(3),
    () => new Intl.RelativeTimeFormat('es').format(-1, 'day'),
    () => new Intl.RelativeTimeFormat('es').format(-1, 'x'),
    () => ['b', 'ä'].sort(new Intl.Collator('sv').compare),
    () => new Intl.DisplayNames('it', { type: 'region' }).of('FR'),
    () => [...new Intl.Segmenter('th', { granularity: 'word' }).segment('a b')],
    () => new Intl.Locale('zh-Hant-TW').maximize().toString() + Intl.getCanonicalLocales('EN-us'),
    () => new Intl.DurationFormat('en').format({ hours: 1 }),
    () => /\p{Script=Greek}+/iu.test('λόγος') && /[\p{L}--[a-z]]/v.test('É') && new RegExp('\\p{x}', 'u'),
  ]) {
    try {
      use();
    } catch (error) {
      String(error);
    }
  }
});
