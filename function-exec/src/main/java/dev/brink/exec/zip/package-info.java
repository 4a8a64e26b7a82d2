/** The formats of the Compression Standard, as streams of bytes in and out. */
@NullMarked
package dev.brink.exec.zip;

import org.jspecify.annotations.NullMarked;
