/**
 * What a function may use of its host beside requests: properties of {@code env} whose calls the
 * host answers. The runtime knows only these interfaces; the node, or an embedding service,
 * implements them.
 */
@NullMarked
package dev.brink.exec.binding;

import org.jspecify.annotations.NullMarked;
