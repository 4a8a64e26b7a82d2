/** The edge cache: HTTP caching after RFC 9111 and its neighbours, usable alone. */
@NullMarked
package dev.brink.cache;

import org.jspecify.annotations.NullMarked;
