/** Which node runs a request and which origin answers it: pure algorithms on plain data. */
@NullMarked
package dev.brink.placement;

import org.jspecify.annotations.NullMarked;
