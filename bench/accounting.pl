# perl accounting.pl <file> <number of the system call prctl> <program> [arguments]
#
# Runs a program, and writes the CPU seconds of all its processes to the file when the last of them has ended.
# Plugins leave children behind that nobody waits for, and the CPU time of a process counts only where somebody waits.
# A subreaper gets them (prctl(2), PR_SET_CHILD_SUBREAPER), so nothing is lost. Node has no such call.
use strict;
use warnings;

my ($file, $prctl, @program) = @ARGV;
my $set_child_subreaper = 36;
syscall(int($prctl), $set_child_subreaper, 1, 0, 0, 0) == 0 or die "prctl: $!\n";
my $child = fork;
defined $child or die "fork: $!\n";
if ($child == 0) {
  exec { $program[0] } @program or exit 127;
}
$SIG{$_} = sub { kill $_[0], $child } for qw(INT TERM);
my $status = 0;
for (;;) {
  my $ended = wait;
  next if $ended == -1 && $!{EINTR};
  last if $ended == -1;
  $status = $? if $ended == $child;
}
my (undef, undef, $user, $system) = times;
open my $out, ">", $file or die "$file: $!\n";
print $out $user + $system;
close $out or die "$file: $!\n";
exit($status & 127 ? 128 + ($status & 127) : $status >> 8);
