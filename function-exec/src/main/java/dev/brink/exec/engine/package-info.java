/** Parts of the JavaScript engine's inside that Brink makes anew. They change with its releases. */
@NullMarked
package dev.brink.exec.engine;

import org.jspecify.annotations.NullMarked;
