/** The header fields a cache reads: dates, directives, entity tags, ranges, structured fields. */
@NullMarked
package dev.brink.cache.field;

import org.jspecify.annotations.NullMarked;
