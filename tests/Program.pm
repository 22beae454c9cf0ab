# tests/Program.pm — small EFI programs, as bytes: headers that hold, and whatever a test wants to be otherwise.
package Program;
use strict;
use warnings;
use Exporter qw(import);

our @EXPORT = qw(program X86_64 AARCH64 RISCV64);

use constant { X86_64 => 0x8664, AARCH64 => 0xaa64, RISCV64 => 0x5064 };
use constant { HEADERS => 0x600, PAGE => 0x1000 };

# PE Format. Sections are [name, text] each. Options: at => offset of the PE header; magic, subsystem; bytes => { offset
# => text } over the file's first bytes.
sub program {
	my ($machine, $sections, %is) = @_;
	my @sections = @{ $sections // [ [ '.text', 'code' x 8 ] ] };
	my $at = $is{at} // 64;
	my ($table, $data) = ('', '');
	for my $i (0 .. $#sections) {
		my ($name, $text) = @{ $sections[$i] };
		$table .= pack('a8 V4 x12 V', $name, length $text, PAGE * (1 + $i), length $text,
			HEADERS + length $data, 0x60000020);
		$data .= $text;
	}
	my $optional = pack('v x14 V x36 VV x4 v x42', $is{magic} // 0x20b, PAGE, PAGE * (1 + @sections), HEADERS,
		$is{subsystem} // 10);
	my $coff = "PE\0\0" . pack('vv x12 vv', $machine, scalar @sections, length $optional, 0x206);
	my $file = pack('a2 x58 V', 'MZ', $at);
	$file .= "\0" x ($at - length $file) . $coff . $optional . $table;
	$file .= "\0" x (HEADERS - length $file);
	for my $offset (keys %{ $is{bytes} // {} }) {
		substr($file, $offset, length $is{bytes}{$offset}) = $is{bytes}{$offset};
	}
	return $file . $data;
}

1;
