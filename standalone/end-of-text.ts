/**
 * The greatest character there is: a prefix followed by it ends the range of the texts that begin with the prefix. SQLite compares texts by
 * their bytes in UTF-8 (https://sqlite.org/datatype3.html#collating_sequences), whose order is that of code points.
 */
export const END_OF_TEXT = '\u{10FFFF}';
