throw new RangeError('cannot begin');
