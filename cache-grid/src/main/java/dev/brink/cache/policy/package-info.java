/** What a cache keeps: admission and eviction that learn from its own requests. */
@NullMarked
package dev.brink.cache.policy;

import org.jspecify.annotations.NullMarked;
