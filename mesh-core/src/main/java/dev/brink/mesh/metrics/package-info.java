/** What the node counts, for Prometheus. */
@NullMarked
package dev.brink.mesh.metrics;

import org.jspecify.annotations.NullMarked;
