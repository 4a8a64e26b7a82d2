/** The legacy encodings of the Encoding Standard, on the JDK's character sets. */
@NullMarked
package dev.brink.exec.encoding;

import org.jspecify.annotations.NullMarked;
