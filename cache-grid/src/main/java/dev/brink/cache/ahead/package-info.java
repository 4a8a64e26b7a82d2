/** What is popular, and which caches of a mesh lack it: on plain data, time passed in. */
@NullMarked
package dev.brink.cache.ahead;

import org.jspecify.annotations.NullMarked;
