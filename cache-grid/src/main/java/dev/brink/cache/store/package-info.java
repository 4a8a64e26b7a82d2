/**
 * Where the edge cache keeps responses: {@link dev.brink.cache.store.Store} and its tiers. A store
 * knows keys and bytes, nothing of HTTP.
 */
@NullMarked
package dev.brink.cache.store;

import org.jspecify.annotations.NullMarked;
