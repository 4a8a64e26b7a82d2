/** JSON texts to plain Java values and back: RFC 8259. */
@NullMarked
package dev.brink.exec.json;

import org.jspecify.annotations.NullMarked;
