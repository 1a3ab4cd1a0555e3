# mastiff: housekeeping
# Tidies up the bucket of the uploads with Mastodon's own commands. Prints the last line of each.
require 'open3'

def tootctl(*words)
  said, status = Open3.capture2e('bin/tootctl', *words)
  last = said.lines.map(&:strip).reject(&:empty?).last.to_s
  puts "tootctl #{words.join(' ')}: #{last}"
  abort "housekeeping: tootctl #{words.join(' ')} failed with exit code #{status.exitstatus}" unless status.success?
  last
end

days = ENV['MASTIFF_PREVIEW_CARD_DAYS']
tootctl('preview_cards', 'remove', '--days', days) if days

if ENV['MASTIFF_ORPHANS'] == '1'
  # To a database from a backup, every newer upload is an orphan, and the way back from a restore needs them.
  own = ActiveRecord::Base.connection.current_database
  beside = ["#{own}_before", "#{own}_restored"] & ActiveRecord::Base.connection.select_values('SELECT datname FROM pg_database')
  unless beside.empty?
    puts "housekeeping: a restore is not finished (#{beside.join(', ')}), so no orphan is removed"
    exit
  end
  # To an empty database, everything is an orphan. So they are counted first.
  found = tootctl('media', 'remove-orphans', '--dry-run')[/Removed (\d+) orphans/, 1]&.to_i
  abort 'housekeeping: tootctl did not say how many orphans there are' if found.nil?
  known = {
    MediaAttachment => :file_file_name, Account => :avatar_file_name,
    PreviewCard => :image_file_name, CustomEmoji => :image_file_name
  }.sum { |model, file| model.where.not(file => nil).count }
  if found > known
    abort "housekeeping: #{found} files in the bucket belong to nothing, and the database knows only #{known}: " \
          'is it the whole database? Nothing was removed'
  end
  tootctl('media', 'remove-orphans') if found.positive?
end
